package io.titankv.placement.run;

import io.grpc.StatusRuntimeException;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where to look for the placement leader next: where somebody says it is, else at each node that might know, in turn. Confined to
 * the agent's thread.
 */
final class LeaderFinder {
    private final Supplier<List<String>> guesses;
    private @Nullable String next;
    private int turn;

    /** @param guesses gateway addresses, the best first */
    LeaderFinder(Supplier<List<String>> guesses) {
        this.guesses = guesses;
    }

    /** The address to try; empty when there is none at all. */
    Optional<String> address() {
        if (next != null) {
            return Optional.of(next);
        }
        Set<String> distinct = new LinkedHashSet<>(guesses.get());
        if (distinct.isEmpty()) {
            return Optional.empty();
        }
        List<String> all = new ArrayList<>(distinct);
        return Optional.of(all.get(Math.floorMod(turn, all.size())));
    }

    /** That was it. */
    void found(String address) {
        next = address;
        turn = 0;
    }

    /**
     * That was not it.
     *
     * @return true when the failure said where to look, so that there is no need to wait
     */
    boolean failed(String address, StatusRuntimeException failure) {
        Optional<String> hint =
                TitanErrors.parse(failure).flatMap(TitanError::leaderAddress).filter(leader -> !leader.equals(address));
        // A hint that was tried without success is dropped, else two nodes that name each other would hold us for ever.
        boolean follow = hint.isPresent() && !address.equals(next);
        next = follow ? hint.get() : null;
        turn++;
        return follow;
    }
}
