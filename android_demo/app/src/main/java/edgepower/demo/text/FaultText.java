package edgepower.demo.text;

import edgepower.demo.install.InstallException;

/** Says what is wrong with the app's bundle, and what to do. */
public final class FaultText {
    private FaultText() {}

    /** In the reader's language, but for what the runtime itself says. */
    public static String of(InstallException error, Phrases phrases) {
        String fault;
        switch (error.fault) {
            case NO_BUNDLE:
                fault = phrases.say(Phrase.FAULT_NO_BUNDLE);
                break;
            case NO_ROOM:
                fault = phrases.say(Phrase.FAULT_NO_ROOM, error.detail);
                break;
            case UNREADABLE:
                fault = phrases.say(Phrase.FAULT_UNREADABLE, error.detail);
                break;
            default:
                fault = phrases.say(Phrase.FAULT_REFUSED, error.detail);
        }
        return error.kept == null ? fault : fault + " " + phrases.say(Phrase.FAULT_KEPT);
    }
}
