package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;

/** Asks other nodes about the terms of their replicas. Thread-safe; nothing here blocks. */
public interface TermQuestions {
    /**
     * Asks a node, after this call, whether the current term of its replica of a group is still {@code term}. One question a node
     * and group is kept: a later one takes its place.
     */
    void ask(NodeId node, GroupId group, long term, Asker asker);

    /** Who asked. Told on any thread, once, twice, or never; must not block. */
    interface Asker {
        /** It was, after the question was asked. */
        void onCurrent();

        /** It is not, or nobody can tell soon: find out in another way. */
        void onUnknown();
    }
}
