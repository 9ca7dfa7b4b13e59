package io.titankv.benchmarks.engine;

import java.nio.file.Path;

/** An open store, with the session and the pass of the thread that opened it. */
record Opened(Store store, Session session, Pass pass) implements AutoCloseable {
    /** @param firstVersion of what the pass will write */
    static Opened open(Contender contender, Path directory, Shape shape, long firstVersion) {
        Store store = contender.open(directory, shape);
        Session session = store.session();
        return new Opened(store, session, new Pass(session, shape, firstVersion));
    }

    @Override
    public void close() {
        session.close();
        store.close();
    }
}
