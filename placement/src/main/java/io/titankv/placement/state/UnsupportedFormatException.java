package io.titankv.placement.state;

/**
 * Something stored was written by a newer version than this one. It cannot be skipped: a replica that skips what its peers apply
 * is no longer a copy.
 */
public final class UnsupportedFormatException extends RuntimeException {
    private final int format;
    private final int formatMax;

    public UnsupportedFormatException(String what, int format, int formatMax) {
        super(what + " has format " + format + "; this version reads up to " + formatMax);
        this.format = format;
        this.formatMax = formatMax;
    }

    public int format() {
        return format;
    }

    public int formatMax() {
        return formatMax;
    }
}
