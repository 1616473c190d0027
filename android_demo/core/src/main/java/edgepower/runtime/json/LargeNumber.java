package edgepower.runtime.json;

/** A whole number that 64 bits cannot hold: kept as it is written, for messages only. */
final class LargeNumber {
    final String digits;

    private LargeNumber(String digits) {
        this.digits = digits;
    }

    /** Gives a Long where 64 bits hold the number, else a LargeNumber; {@code digits} has the form of JSON. */
    static Object whole(String digits) {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException tooLarge) {
            return new LargeNumber(digits);
        }
    }

    @Override
    public String toString() {
        return digits;
    }
}
