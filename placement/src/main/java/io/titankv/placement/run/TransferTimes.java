package io.titankv.placement.run;

import io.titankv.placement.run.TransferRound.Lasting;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.TransferRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Since when transfers are as they are, as one placement leader has seen it: the next one gives them their time anew. By elapsed time,
 * so that no clock that is wrong shortens or lengthens a pause. As large as there are transfers. Used by one thread.
 */
final class TransferTimes {
    private final Map<Long, Seen> seen = new HashMap<>();

    /** @param frozenNanos since when its ranges are frozen; only if {@code frozen} */
    private record Seen(
            TransferRecord.Phase phase, long sinceNanos, boolean frozen, long frozenNanos, CopyProgress copy) {}

    /** Looks at the transfers now; returns for how long they have been so. */
    Map<Long, Lasting> look(PlacementState state, Reports reports, long nowNanos) {
        Map<Long, TransferRecord> underWay = state.transfers().underWay();
        seen.keySet().retainAll(underWay.keySet());
        Map<Long, Lasting> lasting = new HashMap<>();
        underWay.forEach((id, transfer) -> {
            Seen before = seen.get(id);
            Seen now = new Seen(
                    transfer.phase(),
                    before != null && before.phase() == transfer.phase() ? before.sinceNanos() : nowNanos,
                    (before != null && before.frozen()) || TransferRound.isFrozen(transfer, reports),
                    before != null && before.frozen() ? before.frozenNanos() : nowNanos,
                    (before == null ? CopyProgress.begun(nowNanos) : before.copy())
                            .look(TransferRound.importing(transfer, reports), nowNanos));
            seen.put(id, now);
            lasting.put(
                    id,
                    new Lasting(
                            Duration.ofNanos(nowNanos - now.sinceNanos()),
                            now.frozen() ? Duration.ofNanos(nowNanos - now.frozenNanos()) : Duration.ZERO,
                            transfer.phase() == TransferRecord.Phase.PREPARING
                                    ? Duration.ofNanos(nowNanos - now.copy().sinceNanos())
                                    : Duration.ZERO));
        });
        return lasting;
    }
}
