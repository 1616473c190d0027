package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.retention.RetentionException;
import edgepower.runtime.retention.RetentionSchedule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A named schedule, at every length that the bundle has it (BUNDLE.md, section 3). */
public final class Budget {
    /** Such as full, balanced, fast. */
    public final String name;

    /** A fraction for each encoder; null where the configurations were given one by one. */
    public final RetentionSchedule schedule;

    /** One for each length. */
    public final List<Configuration> configurations;

    /** On the host, at fp32; NaN where it was not measured. */
    public final double accuracy;

    private Budget(String name, RetentionSchedule schedule, List<Configuration> configurations, double accuracy) {
        this.name = name;
        this.schedule = schedule;
        this.configurations = configurations;
        this.accuracy = accuracy;
    }

    /** Reads a budget. */
    static Budget read(JsonNode node) {
        String name = node.get("name").string();
        JsonNode schedule = node.nullable("schedule");
        RetentionSchedule read = schedule == null ? null : readSchedule(schedule);
        List<Configuration> configurations = new ArrayList<Configuration>();
        for (JsonNode item : node.get("configurations").items(Bounds.LENGTHS)) {
            configurations.add(Configuration.read(item));
        }
        JsonNode accuracy = node.nullable("accuracy");
        return new Budget(name, read, Collections.unmodifiableList(configurations),
            accuracy == null ? Double.NaN : accuracy.number());
    }

    private static RetentionSchedule readSchedule(JsonNode node) {
        List<JsonNode> items = node.items(Bounds.ENCODERS);
        double[] fractions = new double[items.size()];
        for (int encoder = 0; encoder < fractions.length; encoder++) {
            fractions[encoder] = items.get(encoder).number();
        }
        try {
            return new RetentionSchedule(fractions);
        } catch (RetentionException error) {
            throw node.wrong("a retention schedule (" + error.getMessage() + ")");
        }
    }

    /** Its configuration at one length; null where there is none. */
    public Configuration at(int length) {
        for (Configuration configuration : configurations) {
            if (configuration.length == length) {
                return configuration;
            }
        }
        return null;
    }
}
