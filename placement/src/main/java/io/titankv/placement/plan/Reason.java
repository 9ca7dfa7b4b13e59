package io.titankv.placement.plan;

/** Who wants a plan, and why. Immutable. */
public record Reason(Source source, String who, String why) {
    /** What kind of asker it is. */
    public enum Source {
        PERSON,
        SCHEDULER
    }

    public static Reason person(String who, String why) {
        return new Reason(Source.PERSON, who, why);
    }

    static Reason scheduler(String name, String why) {
        return new Reason(Source.SCHEDULER, name, why);
    }

    @Override
    public String toString() {
        return (source == Source.PERSON ? "asked for by " : "scheduler ") + who + ": " + why;
    }
}
