package io.titankv.placement.run;

/** This node cannot be a part of the cluster as it was started. The message says why and how to mend it. */
public final class FormationRefusedException extends RuntimeException {
    FormationRefusedException(String message) {
        super(message);
    }
}
