package edgepower.demo;

import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.pm.PackageManager;
import android.os.BatteryManager;
import android.os.Build;
import android.os.PowerManager;
import edgepower.runtime.profiler.DeviceFacts;
import edgepower.runtime.profiler.machine.Battery;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** What Android tells of the phone; none of it says whose phone it is. */
final class AndroidFacts extends DeviceFacts {
    private static final int API_WITH_THERMAL_STATUS = 29;
    private static final int API_WITH_CHIP = 31;

    private final Context context;

    AndroidFacts(Context context) {
        this.context = context;
    }

    @Override
    public String device() {
        return Build.MANUFACTURER + " " + Build.MODEL;
    }

    @Override
    public String cpu() {
        if (Build.VERSION.SDK_INT < API_WITH_CHIP) {
            return null;
        }
        try {
            Object model = Build.class.getField("SOC_MODEL").get(null);
            boolean told = !Build.UNKNOWN.equals(model);
            return told ? Build.class.getField("SOC_MANUFACTURER").get(null) + " " + model : null;
        } catch (ReflectiveOperationException absent) {
            return null;
        }
    }

    @Override
    public String system() {
        return "Android " + Build.VERSION.RELEASE;
    }

    @Override
    public String fingerprint() {
        return Build.FINGERPRINT;
    }

    @Override
    public Battery battery() {
        Intent now = batteryNow();
        if (now == null) {
            return null;
        }
        int level = now.getIntExtra(BatteryManager.EXTRA_LEVEL, -1);
        int scale = now.getIntExtra(BatteryManager.EXTRA_SCALE, 0);
        Double percent = level < 0 || scale <= 0 ? null : 100.0 * level / scale;
        return new Battery(percent, word(now.getIntExtra(BatteryManager.EXTRA_STATUS, 0)));
    }

    @Override
    public Map<String, Double> temperatures() {
        Intent now = batteryNow();
        if (now == null || !now.hasExtra(BatteryManager.EXTRA_TEMPERATURE)) {
            return Collections.emptyMap();
        }
        return Collections.singletonMap("battery", now.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, 0) / 10.0);
    }

    @Override
    public int thermalStatus() {
        if (Build.VERSION.SDK_INT < API_WITH_THERMAL_STATUS) {
            return -1;
        }
        try {
            PowerManager power = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
            return (Integer) PowerManager.class.getMethod("getCurrentThermalStatus").invoke(power);
        } catch (ReflectiveOperationException absent) {
            return -1;
        }
    }

    @Override
    public Map<String, String> versions() {
        Map<String, String> versions = new HashMap<String, String>();
        versions.put("android-api", String.valueOf(Build.VERSION.SDK_INT));
        try {
            String app = context.getPackageManager().getPackageInfo(context.getPackageName(), 0).versionName;
            versions.put("app", String.valueOf(app));
        } catch (PackageManager.NameNotFoundException absent) {
            throw new IllegalStateException("the app is not installed, yet it runs", absent);
        }
        return versions;
    }

    /** The system's last word on the battery, which it keeps for whoever asks. */
    private Intent batteryNow() {
        return context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED));
    }

    private static String word(int status) {
        switch (status) {
            case BatteryManager.BATTERY_STATUS_CHARGING:
                return "Charging";
            case BatteryManager.BATTERY_STATUS_DISCHARGING:
                return "Discharging";
            case BatteryManager.BATTERY_STATUS_FULL:
                return "Full";
            case BatteryManager.BATTERY_STATUS_NOT_CHARGING:
                return "Not charging";
            default:
                return "Unknown";
        }
    }
}
