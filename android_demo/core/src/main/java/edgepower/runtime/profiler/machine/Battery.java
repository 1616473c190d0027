package edgepower.runtime.profiler.machine;

/** A battery at one moment (PROFILE.md section 4). */
public final class Battery {
    /** Its charge in 0..100, or null where the system does not tell. */
    public final Double percent;

    /** The kernel's word: {@code Charging}, {@code Discharging}, {@code Full}, {@code Not charging}, {@code Unknown}. */
    public final String status;

    /** Makes one; a charge outside of 0..100 is taken as untold. */
    public Battery(Double percent, String status) {
        boolean sensible = percent != null && percent >= 0 && percent <= 100;
        this.percent = sensible ? percent : null;
        this.status = status;
    }
}
