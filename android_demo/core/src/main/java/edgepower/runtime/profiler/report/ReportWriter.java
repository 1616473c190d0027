package edgepower.runtime.profiler.report;

import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.json.JsonWriter;
import java.util.List;
import java.util.Map;

/** Writes a report as PROFILE.md, version 3, says. */
public final class ReportWriter {
    private static final int SCHEMA_VERSION = 3;

    private final JsonWriter json = new JsonWriter();

    private ReportWriter() {}

    /** Gives a report as one line of JSON. */
    public static String write(Report report) {
        ReportWriter writer = new ReportWriter();
        writer.report(report);
        return writer.json.text() + "\n";
    }

    private void report(Report report) {
        json.object();
        json.name("schema_version").value(SCHEMA_VERSION);
        json.name("created").value(report.created);
        json.name("bundle");
        bundle(report.bundle);
        json.name("settings");
        settings(report.settings);
        json.name("environment");
        EnvironmentWriter.write(json, report.environment);
        json.name("results").array();
        for (CaseResult result : report.results) {
            result(result);
        }
        json.end().name("mixes").array();
        for (MixResult mix : report.mixes) {
            mix(mix);
        }
        json.end().name("operations").array().end();
        json.name("latency_tables").array().end();
        json.name("flags").array();
        for (Flag flag : report.flags) {
            flag(flag);
        }
        json.end().name("reference");
        reference(report.reference);
        json.end();
    }

    private void bundle(BundleFacts bundle) {
        json.object().name("name").value(bundle.name);
        json.name("architecture").value(bundle.architecture);
        json.name("manifest_sha256").value(bundle.manifestSha256);
        json.name("schedules").object();
        for (Map.Entry<String, double[]> schedule : bundle.schedules.entrySet()) {
            json.name(schedule.getKey());
            numbers(schedule.getValue());
        }
        json.end().name("delegation").object().end().end(); // ExecuTorch's alone, which does not run here
    }

    private void settings(Settings settings) {
        json.object().name("warmup").value(settings.warmup);
        json.name("iterations").value(settings.iterations);
        json.name("max_seconds");
        EnvironmentWriter.number(json, Double.isNaN(settings.maxSeconds) ? null : settings.maxSeconds);
        json.name("burst").value(settings.burst);
        json.name("percentiles").array();
        for (double percent : settings.percentiles) {
            json.value(percent);
        }
        json.end().name("texts").value(settings.texts);
        json.name("num_texts").value(settings.numTexts);
        json.name("baseline").nothing().end();
    }

    private void result(CaseResult result) {
        json.object().name("case");
        caseKey(result.key);
        json.name("keep");
        counts(result.program.keep());
        json.name("macs").value(result.program.macs);
        json.name("artifact_bytes").value(result.program.artifactBytes);
        json.name("num_tokens").value(result.numTokens);
        json.name("startup").nothing();
        json.name("rounds");
        counts(result.rounds);
        json.name("spans").array();
        for (SpanTimes span : result.spans) {
            json.object().name("name").value(span.name);
            json.name("in_engine").value(span.inEngine);
            json.name("times_ms").array();
            for (int sample = 0; sample < span.size(); sample++) {
                json.value(span.ms(sample));
            }
            json.end().end();
        }
        json.end().name("num_texts").value(result.numTexts).end();
    }

    private void mix(MixResult mix) {
        json.object().name("engine").value(mix.key.engine);
        json.name("precision").value(mix.key.precision);
        json.name("budget").value(mix.key.budget);
        json.name("threads").value(mix.key.threads);
        json.name("lengths");
        counts(mix.lengths);
        json.name("num_tokens");
        counts(mix.numTokens);
        json.name("total_ms");
        numbers(mix.totalMs);
        json.name("truncated").value(mix.truncated);
        json.name("cascade");
        if (mix.cascade == null) {
            json.nothing();
        } else {
            cascade(mix.cascade);
        }
        json.end();
    }

    private void cascade(MixCascade cascade) {
        json.object().name("tiers").array();
        for (int place = 0; place < cascade.tiers.size(); place++) {
            TierEntry tier = cascade.tiers.get(place);
            json.object().name("name").value(tier.name());
            json.name("temperature").value(tier.temperature);
            json.name("threshold");
            EnvironmentWriter.number(json, Double.isNaN(tier.threshold) ? null : tier.threshold);
            json.name("times_ms");
            numbers(cascade.tierMs[place]);
            json.end();
        }
        json.end().name("answered");
        counts(cascade.answered);
        json.name("alone_ms");
        numbers(cascade.aloneMs);
        json.end();
    }

    private void flag(Flag flag) {
        json.object().name("kind").value(flag.kind).name("case");
        if (flag.about == null) {
            json.nothing();
        } else {
            caseKey(flag.about);
        }
        json.name("reason").value(flag.reason).end();
    }

    private void reference(Reference reference) {
        json.object().name("work").value(reference.work);
        json.name("rounds");
        counts(reference.rounds);
        json.name("times_ms").array();
        for (double time : reference.timesMs) {
            json.value(time);
        }
        json.end().end();
    }

    private void caseKey(Case key) {
        json.object().name("engine").value(key.engine);
        json.name("precision").value(key.precision);
        json.name("budget").value(key.budget);
        json.name("length").value(key.length);
        json.name("threads").value(key.threads).end();
    }

    private void numbers(double[] values) {
        json.array();
        for (double value : values) {
            json.value(value);
        }
        json.end();
    }

    private void counts(int[] values) {
        json.array();
        for (int value : values) {
            json.value(value);
        }
        json.end();
    }

    private void counts(List<Integer> values) {
        json.array();
        for (int value : values) {
            json.value(value);
        }
        json.end();
    }
}
