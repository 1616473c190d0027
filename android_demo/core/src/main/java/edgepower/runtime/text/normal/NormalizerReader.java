package edgepower.runtime.text.normal;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.text.unicode.CodePointSet;
import edgepower.runtime.text.unicode.Decomposition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the normaliser of tokenizer.json; one that BERT's family does not use is refused by its name. */
public final class NormalizerReader {
    private static final String KNOWN = "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Sequence or StripAccents";

    private NormalizerReader() {}

    /**
     * Reads a normaliser.
     *
     * @param node its JSON; null for none
     * @return the normaliser
     * @throws BundleException it is another one, or malformed
     */
    public static Normalizer read(JsonNode node) {
        return new Chain(node == null ? new ArrayList<Normalizer>() : steps(node));
    }

    private static List<Normalizer> steps(JsonNode node) {
        String type = node.get("type").string();
        if (type.equals("BertNormalizer")) {
            return bert(node);
        }
        if (type.equals("Sequence")) {
            List<Normalizer> steps = new ArrayList<Normalizer>();
            for (JsonNode part : node.get("normalizers").items()) {
                steps.addAll(steps(part));
            }
            return steps;
        }
        if (type.equals("Lowercase")) {
            return Arrays.<Normalizer>asList(new Lowercase());
        }
        if (type.equals("StripAccents")) {
            return Arrays.<Normalizer>asList(new Without(CodePointSet.MARK));
        }
        if (type.equals("NFD") || type.equals("NFC")) {
            return form(Decomposition.CANONICAL, type.equals("NFC"));
        }
        if (type.equals("NFKD") || type.equals("NFKC")) {
            return form(Decomposition.compatible(), type.equals("NFKC"));
        }
        throw node.get("type").wrong("a normalizer that this library knows (" + KNOWN + ")");
    }

    private static List<Normalizer> bert(JsonNode node) {
        List<Normalizer> steps = new ArrayList<Normalizer>();
        if (node.get("clean_text").bool()) {
            steps.add(new CleanText());
        }
        if (node.get("handle_chinese_chars").bool()) {
            steps.add(new ChineseWords());
        }
        boolean isLower = node.get("lowercase").bool();
        JsonNode accents = node.optional("strip_accents");
        // The first BERT without capital letters had no accents either, so null follows `lowercase`.
        if (accents == null ? isLower : accents.bool()) {
            steps.add(new TakenApart(Decomposition.CANONICAL));
            steps.add(new Without(CodePointSet.ACCENT));
        }
        if (isLower) {
            steps.add(new Lowercase());
        }
        return steps;
    }

    private static List<Normalizer> form(Decomposition decomposition, boolean together) {
        List<Normalizer> steps = new ArrayList<Normalizer>();
        steps.add(new TakenApart(decomposition));
        if (together) {
            steps.add(new PutTogether());
        }
        return steps;
    }
}
