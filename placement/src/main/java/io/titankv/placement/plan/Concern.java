package io.titankv.placement.plan;

/** What a change would break or worsen, found before anything is done. Immutable. */
public record Concern(Severity severity, String what) {
    /** How bad it is. */
    public enum Severity {
        /** The plan is refused. */
        BREAKS,
        /** The plan can be carried out, and the cluster is worse for it. */
        WORSENS
    }

    static Concern breaks(String what) {
        return new Concern(Severity.BREAKS, what);
    }

    static Concern worsens(String what) {
        return new Concern(Severity.WORSENS, what);
    }
}
