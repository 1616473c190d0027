// Runs a graph in onnxruntime-web: node web_client.mjs FOLDER GRAPH WEIGHTS < inputs.json > outputs.json
// FOLDER has node_modules. Inputs are lists of whole numbers by name, outputs of numbers.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";

const [, , folder, graph, weights] = process.argv;
const ort = createRequire(resolve(folder, "package.json"))("onnxruntime-web");
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(readFileSync(graph), {
  executionProviders: ["wasm"],
  externalData: [{ path: basename(weights), data: readFileSync(weights) }],
});
const inputs = {};
for (const [name, numbers] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  inputs[name] = new ort.Tensor("int64", BigInt64Array.from(numbers, BigInt), [1, numbers.length]);
}
const outputs = {};
for (const [name, tensor] of Object.entries(await session.run(inputs))) {
  outputs[name] = Array.from(tensor.data, Number);
}
console.log(JSON.stringify(outputs));
