package edgepower.runtime.profiler;

import edgepower.runtime.InputException;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.profiler.judge.Flags;
import edgepower.runtime.profiler.machine.Environment;
import edgepower.runtime.profiler.machine.Observer;
import edgepower.runtime.profiler.measure.Measurement;
import edgepower.runtime.profiler.measure.Steps;
import edgepower.runtime.profiler.report.BundleFacts;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.Report;
import edgepower.runtime.profiler.report.Settings;
import java.io.File;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicBoolean;

/** Profiles a bundle where it is, by section 3 of PROFILE.md. */
public final class Profiler {
    // Two at a time would measure each other.
    private static final AtomicBoolean RUNNING = new AtomicBoolean();

    private Profiler() {}

    /**
     * Measures a bundle. It blocks until the last answer, so an app calls it on a thread of its own. Start-up times are
     * left out: they are those of a fresh process.
     *
     * @param bundle its folder
     * @param options what to measure and how
     * @param facts what the app knows of the device; {@link DeviceFacts#NONE} on a plain JVM
     * @param progress is told how far it is, and may cancel
     * @throws InputException an option is none that this bundle has, or a profile is running already
     * @throws edgepower.runtime.BundleException the bundle is incomplete, altered or malformed
     * @throws edgepower.runtime.EngineException the engine failed
     * @throws ProfileCancelled {@code progress} said so
     */
    public static ProfileReport run(File bundle, ProfileOptions options, DeviceFacts facts, Progress progress) {
        if (!RUNNING.compareAndSet(false, true)) {
            throw new InputException("a profile is running already; wait for its end, or cancel it");
        }
        try {
            return new ProfileReport(measure(Bundle.open(bundle), options, facts, new Steps(progress)));
        } finally {
            RUNNING.set(false);
        }
    }

    private static Report measure(Bundle bundle, ProfileOptions options, DeviceFacts facts, Steps steps) {
        steps.step("opening the bundle");
        try (Measurement measurement = new Measurement(bundle, options, steps)) {
            measurement.warmUp();
            System.gc(); // what opening left behind is not collected in the middle of an answer
            Observer observer = new Observer(new File("/"), facts);
            observer.start();
            measurement.time();
            Environment environment = observer.stop(Versions.of(measurement.engineVersion(), facts));
            return assemble(bundle, settings(options), environment, measurement);
        }
    }

    private static Report assemble(
            Bundle bundle, Settings settings, Environment environment, Measurement measurement) {
        List<CaseResult> results = measurement.results();
        List<MixResult> mixes = measurement.mixes();
        return new Report(
                now(),
                new BundleFacts(bundle),
                settings,
                environment,
                results,
                mixes,
                Flags.find(environment, results, mixes, settings, ProfileOptions.MOST_TEXTS),
                measurement.reference());
    }

    private static Settings settings(ProfileOptions options) {
        return new Settings(
                options.warmup,
                options.iterations,
                options.maxSeconds,
                options.burst,
                options.percentiles,
                options.textsName,
                options.texts.size());
    }

    private static String now() {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        return format.format(new Date());
    }
}
