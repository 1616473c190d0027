package edgepower.runtime.text;

import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The post-processor of tokenizer.json: where a text, or both of a pair, and the special tokens stand. */
final class Template {
    private static final String KNOWN = "BertProcessing, RobertaProcessing or TemplateProcessing";

    /** One text, or special tokens. */
    static final class Part {
        /** Which text, 0 or 1; -1 for special tokens. */
        final int which;
        final int typeId;
        final int[] ids;
        final String[] pieces;

        private Part(int which, int typeId, int[] ids, String[] pieces) {
            this.which = which;
            this.typeId = typeId;
            this.ids = ids;
            this.pieces = pieces;
        }

        static Part text(int which, int typeId) {
            return new Part(which, typeId, new int[0], new String[0]);
        }
    }

    final Part[] single;
    final Part[] pair;

    private Template(List<Part> single, List<Part> pair) {
        this.single = single.toArray(new Part[0]);
        this.pair = pair.toArray(new Part[0]);
    }

    /**
     * Reads a post-processor.
     *
     * @param node its JSON; null for none
     * @throws edgepower.runtime.BundleException it is another kind, which the message names, or malformed
     */
    static Template read(JsonNode node) {
        if (node == null) {
            return of(new Part[] {Part.text(0, 0)}, new Part[] {Part.text(0, 0), Part.text(1, 1)});
        }
        String type = node.get("type").string();
        if (type.equals("TemplateProcessing")) {
            List<Part> single = parts(node.get("single"), node.get("special_tokens"), 1);
            return new Template(single, parts(node.get("pair"), node.get("special_tokens"), 2));
        }
        if (type.equals("BertProcessing")) {
            Part begin = token(node.get("cls"), 0);
            Part end = token(node.get("sep"), 0);
            Part[] single = {begin, Part.text(0, 0), end};
            return of(single, new Part[] {begin, Part.text(0, 0), end, Part.text(1, 1), token(node.get("sep"), 1)});
        }
        if (type.equals("RobertaProcessing")) {
            Part begin = token(node.get("cls"), 0);
            Part end = token(node.get("sep"), 0);
            Part[] single = {begin, Part.text(0, 0), end};
            return of(single, new Part[] {begin, Part.text(0, 0), end, end, Part.text(1, 0), end});
        }
        throw node.get("type").wrong("a post-processor that this library knows (" + KNOWN + ")");
    }

    private static Template of(Part[] single, Part[] pair) {
        return new Template(Arrays.asList(single), Arrays.asList(pair));
    }

    /** A pair of a token and its id, as [SEP] and [CLS] are given. */
    private static Part token(JsonNode node, int typeId) {
        List<JsonNode> items = node.items(2);
        if (items.size() != 2) {
            throw node.wrong("a token and its id");
        }
        int id = (int) items.get(1).integer(0, Integer.MAX_VALUE);
        return new Part(-1, typeId, new int[] {id}, new String[] {items.get(0).string()});
    }

    private static List<Part> parts(JsonNode template, JsonNode specialTokens, int texts) {
        List<Part> parts = new ArrayList<Part>();
        for (JsonNode item : template.items()) {
            boolean isText = item.has("Sequence");
            JsonNode part = item.get(isText ? "Sequence" : "SpecialToken");
            int typeId = (int) part.get("type_id").integer(0, Integer.MAX_VALUE);
            if (isText) {
                int which = part.get("id").choice("A", "B").equals("A") ? 0 : 1;
                if (which >= texts) {
                    throw part.get("id").wrong("A, as there is no second text");
                }
                parts.add(Part.text(which, typeId));
            } else {
                parts.add(special(specialTokens.get(part.get("id").string()), typeId));
            }
        }
        return parts;
    }

    private static Part special(JsonNode token, int typeId) {
        List<JsonNode> given = token.get("ids").items();
        List<JsonNode> names = token.get("tokens").items();
        if (given.size() != names.size()) {
            throw token.wrong("as many ids as tokens");
        }
        int[] ids = new int[given.size()];
        String[] pieces = new String[ids.length];
        for (int index = 0; index < ids.length; index++) {
            ids[index] = (int) given.get(index).integer(0, Integer.MAX_VALUE);
            pieces[index] = names.get(index).string();
        }
        return new Part(-1, typeId, ids, pieces);
    }
}
