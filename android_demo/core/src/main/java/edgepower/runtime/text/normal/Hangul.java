package edgepower.runtime.text.normal;

/** Numbers by which syllables of Hangul are taken apart and put together: Unicode Standard, section 3.12. */
final class Hangul {
    static final int FIRST = 0xAC00;
    static final int LEAD = 0x1100;
    static final int VOWEL = 0x1161;
    /** One before the first tail, as no tail counts as one. */
    static final int TAIL = 0x11A7;
    static final int LEADS = 19;
    static final int VOWELS = 21;
    static final int TAILS = 28;
    static final int PER_LEAD = VOWELS * TAILS;
    static final int COUNT = LEADS * PER_LEAD;

    private Hangul() {}

    /** Puts two parts together; -1 where they are no parts that fit. */
    static int compose(int first, int second) {
        int lead = first - LEAD;
        int vowel = second - VOWEL;
        if (lead >= 0 && lead < LEADS && vowel >= 0 && vowel < VOWELS) {
            return FIRST + (lead * VOWELS + vowel) * TAILS;
        }
        int syllable = first - FIRST;
        int tail = second - TAIL;
        boolean hasNoTail = syllable >= 0 && syllable < COUNT && syllable % TAILS == 0;
        return hasNoTail && tail > 0 && tail < TAILS ? first + tail : -1;
    }
}
