package io.titankv.multiraft.transfer;

/**
 * How far the copying of ranges is, of the attempt under way. Immutable.
 *
 * @param caughtUp so little is left that the ranges may be frozen
 * @param keysCopied records taken in
 * @param bytesCopied their keys and values
 * @param keysLeft known to be left
 * @param bytesPerSecond of late, 0 when not known
 * @param failure why the last attempt failed; empty: none did
 */
public record ImportProgress(
        boolean caughtUp, long keysCopied, long bytesCopied, long keysLeft, double bytesPerSecond, String failure) {
    /** Nothing is known of it here. */
    public static final ImportProgress NONE = new ImportProgress(false, 0, 0, 0, 0, "");

    ImportProgress failed(String why) {
        return new ImportProgress(false, 0, 0, 0, 0, why);
    }
}
