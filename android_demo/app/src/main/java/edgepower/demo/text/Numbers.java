package edgepower.demo.text;

import java.text.NumberFormat;
import java.util.Locale;

/** Writes numbers as the reader's language does. */
final class Numbers {
    private final Locale locale;

    Numbers(Locale locale) {
        this.locale = locale;
    }

    /** A probability in 0..1 as a percentage; one that is not quite 1 is never shown as such. */
    String percent(double share) {
        NumberFormat format = NumberFormat.getPercentInstance(locale);
        format.setMaximumFractionDigits(1);
        format.setMinimumFractionDigits(1);
        // 99.96 % would be rounded to 100.0 %, which says that the model cannot be wrong.
        return format.format(share < 1 ? Math.min(share, 0.999) : share);
    }

    /** A value that is no probability. */
    String value(double value) {
        return fraction(value, 3);
    }

    /** Milliseconds or a ratio, with as many digits as tell something. */
    String measured(double value) {
        return fraction(value, value < 1 ? 2 : value < 100 ? 1 : 0);
    }

    private String fraction(double value, int digits) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMinimumFractionDigits(digits);
        format.setMaximumFractionDigits(digits);
        return format.format(value);
    }
}
