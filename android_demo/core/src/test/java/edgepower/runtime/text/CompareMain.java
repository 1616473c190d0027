package edgepower.runtime.text;

import edgepower.runtime.EdgePowerException;
import edgepower.runtime.Text;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.zip.CRC32;

/**
 * Compares this library's answers with those of the tokenizers library, which a file holds as checksums.
 *
 * <p>Argument: a folder with a file {@code texts}, written by tests/android/wordpiece.py, and the tokenizers that it
 * names. Prints a line for each of the first differences and, last, how many texts and how many differences there are.
 */
public final class CompareMain {
    private static final int SHOWN = 20;
    private static final Charset UTF_8 = Charset.forName("UTF-8");

    private CompareMain() {}

    public static void main(String[] arguments) throws IOException {
        File folder = new File(arguments[0]);
        BufferedInputStream file = new BufferedInputStream(new FileInputStream(new File(folder, "texts")), 1 << 20);
        DataInputStream texts = new DataInputStream(file);
        TextEncoder[] encoders = new TextEncoder[texts.readInt()];
        for (int index = 0; index < encoders.length; index++) {
            boolean leftTruncation = texts.readBoolean();
            TokenizerEntry entry = new TokenizerEntry(0, true, leftTruncation, texts.readBoolean());
            byte[] json = new byte[texts.readInt()];
            texts.readFully(json);
            encoders[index] = TextEncoder.fromJson(json, entry);
        }
        int count = texts.readInt();
        int differences = 0;
        int places = 0;
        for (int index = 0; index < count; index++) {
            int which = texts.readInt();
            int maxLength = texts.readInt();
            String first = read(texts);
            String second = texts.readBoolean() ? read(texts) : null;
            int expected = texts.readInt();
            int expectedPlaces = texts.readInt();
            Text text = second == null ? Text.of(first) : Text.pair(first, second);
            if (checksum(encoders[which], text, maxLength) != expected && differences++ < SHOWN) {
                System.out.println("text " + index + " differs");
            }
            if (expectedPlaces != 0 && placesOf(encoders[which], text, maxLength) != expectedPlaces
                    && places++ < SHOWN) {
                System.out.println("text " + index + " has other places");
            }
        }
        System.out.println(count + " texts, " + differences + " differences, " + places + " other places");
    }

    private static String read(DataInputStream texts) throws IOException {
        byte[] units = new byte[texts.readInt() * 2];
        texts.readFully(units);
        StringBuilder text = new StringBuilder();
        // One char at a time, as no charset lets lone surrogates through.
        for (int at = 0; at < units.length; at += 2) {
            text.append((char) ((units[at] & 0xFF) << 8 | units[at + 1] & 0xFF));
        }
        return text.toString();
    }

    private static int checksum(TextEncoder encoder, Text text, int maxLength) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream answer = new DataOutputStream(bytes);
        try {
            EncodedText encoded = encoder.encode(text, maxLength);
            answer.writeInt(encoded.truncated ? 1 : 0);
            answer.writeInt(encoder.count(text));
            for (int id : encoded.ids) {
                answer.writeInt(id);
            }
            for (int typeId : encoded.typeIds) {
                answer.writeInt(typeId);
            }
            for (String token : encoder.tokens(text, maxLength)) {
                answer.write(token.getBytes(UTF_8));
                answer.write('\n');
            }
        } catch (EdgePowerException error) {
            answer.write(error.getMessage().getBytes(UTF_8));
        }
        return sum(bytes);
    }

    private static int placesOf(TextEncoder encoder, Text text, int maxLength) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream answer = new DataOutputStream(bytes);
        for (int[] place : encoder.words(text, maxLength)) {
            String of = place[0] == 1 ? text.second : text.first;
            answer.writeInt(place[0]);
            answer.writeInt(of.codePointCount(0, place[1]));
            answer.writeInt(of.codePointCount(0, place[2]));
            answer.writeInt(place[3]);
        }
        return sum(bytes);
    }

    private static int sum(ByteArrayOutputStream bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes.toByteArray());
        return (int) sum.getValue();
    }
}
