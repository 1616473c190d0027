package edgepower.runtime.profiler.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Figures as people write them, the same as in reports that Python wrote. */
public final class Figures {
    private Figures() {}

    /** Writes a number of things; the plural gets an s. */
    public static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }

    /** Writes a part as whole percents, such as {@code 12%}. */
    public static String percent(double part) {
        return fixed(100 * part, 0) + "%";
    }

    /** Writes a number with so many digits behind the point. */
    public static String fixed(double value, int digits) {
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }

    /** Writes three digits that say something, such as {@code 1,360}, {@code 1.23} and {@code 0.0456}. */
    public static String significant(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3, RoundingMode.HALF_EVEN));
        int digits = rounded.signum() == 0 ? 0 : Math.max(0, rounded.stripTrailingZeros().scale());
        return String.format(Locale.ROOT, "%,." + digits + "f", rounded);
    }

    /** Writes a number without needless zeros, such as {@code 99.9} and {@code 50}. */
    public static String plain(double value) {
        return value == 0 ? "0" : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
