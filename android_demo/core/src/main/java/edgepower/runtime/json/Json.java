package edgepower.runtime.json;

import edgepower.runtime.BundleException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;

/**
 * Reads a JSON document strictly: UTF-8, no NaN or Infinity, no key twice in one object, nothing after the end.
 *
 * <p>Files of a bundle may come from anyone, so whatever the bytes are, the outcome is a value or a
 * {@link BundleException}. BUNDLE.md, sections 1 and 10.
 */
public final class Json {
    private Json() {}

    /**
     * Parses a document.
     *
     * @param utf8 its bytes
     * @param fileName the file's name, such as {@code bundle.json}, which messages begin with
     * @return the value at its root
     * @throws BundleException it is not UTF-8, not JSON, nested too deep, or an object has a key twice
     */
    public static JsonNode parse(byte[] utf8, String fileName) {
        return new JsonNode(new JsonParser(decode(utf8, fileName), fileName).document(), fileName);
    }

    private static String decode(byte[] utf8, String fileName) {
        try {
            return Charset.forName("UTF-8")
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException error) {
            throw new BundleException(fileName + " is not valid JSON in UTF-8: its bytes are not UTF-8", error);
        }
    }
}
