package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.placement.plan.Step;
import io.titankv.placement.state.GroupRecord;
import io.titankv.placement.state.NodeRecord;
import io.titankv.placement.state.OperationRecord;
import io.titankv.placement.state.PlacementState;
import io.titankv.proto.admin.v1.ExplainShardResponse;
import io.titankv.proto.admin.v1.PlanStep;
import io.titankv.proto.admin.v1.ShardInfo;
import io.titankv.proto.admin.v1.StepState;
import io.titankv.proto.errors.TitanErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Why a shard is where it is, what it has beside the others, and what happens to it now and next. Used by one call. */
final class ShardExplanation {
    private final PlacementState state;
    private final Reports reports;
    private final LeaderSession session;
    private final GroupRecord group;
    private final List<String> facts = new ArrayList<>();

    ShardExplanation(LeaderSession session, GroupId id) {
        this.session = session;
        this.state = session.state();
        this.reports = session.reports();
        GroupRecord record = state.groups().get(id);
        if (record == null || record.state() == GroupRecord.State.RETIRED) {
            throw TitanErrors.toException(
                    ErrorReason.SHARD_UNKNOWN,
                    "there is no shard " + id + (record == null ? "" : " any more, its replicas are being deleted"));
        }
        this.group = record;
    }

    ExplainShardResponse explain() {
        List<ShardInfo> shards = session.view().getShardsList();
        ShardInfo shard = shards.stream()
                .filter(it -> it.getShardId().equals(group.id().toString()))
                .findFirst()
                .orElseThrow();
        replicas();
        leader();
        owned(shard, shards);
        transfer();
        return ExplainShardResponse.newBuilder()
                .setShard(shard)
                .addAllFacts(facts)
                .addAllSteps(steps())
                .addAllNext(session.outlook(group.id()))
                .build();
    }

    private void replicas() {
        facts.add(group.members().size() + " of " + state.settings().replicas() + " replicas wanted vote, "
                + (group.state() == GroupRecord.State.CREATING ? "the shard is being made" : "the shard serves"));
        for (NodeId member : group.members()) {
            NodeRecord node = state.nodes().get(member);
            Map<String, String> labels = node == null ? Map.of() : state.labelsOf(node);
            facts.add("replica on " + member + " (zone " + labels.getOrDefault("zone", "none") + ", rack "
                    + labels.getOrDefault("rack", "none") + ")"
                    + (reports.serves(member, group.id()) ? "" : ", out of service or not heard of")
                    + sharing(member, labels));
        }
        group.roster()
                .learners()
                .forEach(node -> facts.add("replica on " + node + " catches up and does not vote yet"));
        group.roster().joining().forEach(node -> facts.add("node " + node + " is to make a replica and to join"));
        group.roster().leaving().forEach(node -> facts.add("node " + node + " left and is to delete its replica"));
    }

    /** Another voter in the same zone, or that there is none. */
    private String sharing(NodeId member, Map<String, String> labels) {
        String zone = labels.get("zone");
        if (zone == null) {
            return "";
        }
        return group.members().stream()
                .filter(other -> !other.equals(member))
                .filter(other -> {
                    NodeRecord node = state.nodes().get(other);
                    return node != null && zone.equals(state.labelsOf(node).get("zone"));
                })
                .findFirst()
                .map(other -> ", shares its zone with " + other)
                .orElse(", alone in its zone");
    }

    private void leader() {
        facts.add(reports.reportedLeader(group.id())
                .map(leader -> "led by " + leader + ", which leads "
                        + state.groups().keySet().stream()
                                .filter(it -> reports.reportedLeader(it)
                                        .filter(leader::equals)
                                        .isPresent())
                                .count()
                        + " of " + state.groups().size() + " shards")
                .orElse("no leader is heard of"));
    }

    private void owned(ShardInfo shard, List<ShardInfo> shards) {
        double count = Math.max(1, shards.size());
        double meanBytes = shards.stream().mapToLong(ShardInfo::getLiveBytes).sum() / count;
        double meanOps = shards.stream()
                        .mapToDouble(it -> reports.operationsPerSecond(GroupId.parse(it.getShardId())))
                        .sum()
                / count;
        facts.add(String.format(
                Locale.ROOT,
                "owns %d ranges, %.2f %% of the tokens; a mean shard has %.2f %%",
                shard.getRanges(),
                100 * shard.getShare(),
                100 / count));
        facts.add(String.format(
                Locale.ROOT,
                "%d keys, %d live bytes; a mean shard has %.0f",
                shard.getKeys(),
                shard.getLiveBytes(),
                meanBytes));
        facts.add(String.format(
                Locale.ROOT,
                "%.0f operations a second; a mean shard has %.0f",
                reports.operationsPerSecond(group.id()),
                meanOps));
    }

    private void transfer() {
        state.transfers()
                .of(group.id())
                .ifPresent(transfer -> facts.add(transfer.name() + " of op-" + transfer.operation() + " is "
                        + RingViews.phase(transfer) + ": " + transfer.ranges().size() + " ranges from "
                        + transfer.from() + " to " + transfer.to()
                        + (transfer.why().isEmpty() ? "" : ", " + transfer.why())));
    }

    /** Steps of running operations that are about it and not done. */
    private List<PlanStep> steps() {
        List<PlanStep> steps = new ArrayList<>();
        for (OperationRecord operation : state.journal().running()) {
            List<PlanStep> all = session.info(operation, true).getStepsList();
            for (int place = 0; place < all.size(); place++) {
                Step step = operation.steps().get(place);
                StepState how = all.get(place).getState();
                if (step.groups().contains(group.id())
                        && (how == StepState.STEP_STATE_WAITING || how == StepState.STEP_STATE_RUNNING)) {
                    steps.add(all.get(place));
                }
            }
        }
        return steps;
    }
}
