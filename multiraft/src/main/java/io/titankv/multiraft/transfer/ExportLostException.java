package io.titankv.multiraft.transfer;

/** An export cannot go on, for the reason in the message; another may be begun. */
public final class ExportLostException extends Exception {
    private static final long serialVersionUID = 1L;

    public ExportLostException(String why) {
        super(why);
    }
}
