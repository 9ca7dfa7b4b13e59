package io.titankv.rules;

/**
 * A place where a rule does not hold.
 *
 * @param line from 1; 0: the file as a whole
 */
record Finding(String path, int line, String what) {
    static Finding of(String path, String what) {
        return new Finding(path, 0, what);
    }

    @Override
    public String toString() {
        return line == 0 ? path + ": " + what : path + ":" + line + ": " + what;
    }
}
