package edgepower.runtime.onnx;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

/** That the tests run on ONNX Runtime itself: the release that the app ships, through its own JNI code. */
public final class LibraryTest {
  /** "Fine." in the tiny bundle's golden.json: its ids, and its logits of the program full_8. */
  private static final long[][] IDS = {{2, 18, 78, 3, 0, 0, 0, 0}};

  private static final long[][] MASK = {{1, 1, 1, 1, 0, 0, 0, 0}};
  private static final float[] LOGITS = {0.8248827f, -1.3505063f};

  /** Engine and eager model add up in different orders. */
  private static final float TOLERANCE = 1e-4f;

  @Test
  public void versionIsTheOneThatTheAppShips() {
    assertEquals("1.29.0", OrtEnvironment.getEnvironment().getVersion());
  }

  @Test
  public void graphWithItsWeightsBesideItAnswers() throws Exception {
    File graph = new File(System.getProperty("edgepower.repository"), "tests/data/tiny-bundle/onnx/full_8.onnx");
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(graph.getPath())) {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<String, OnnxTensor>();
      inputs.put("input_ids", OnnxTensor.createTensor(environment, IDS));
      inputs.put("attention_mask", OnnxTensor.createTensor(environment, MASK));
      inputs.put("token_type_ids", OnnxTensor.createTensor(environment, new long[1][8]));
      try (OrtSession.Result outputs = session.run(inputs)) {
        float[][] logits = (float[][]) outputs.get("logits").get().getValue();
        assertArrayEquals(LOGITS, logits[0], TOLERANCE);
      }
    }
  }
}
