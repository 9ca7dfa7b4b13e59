package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.proto.internal.v1.AssignRanges;
import io.titankv.proto.internal.v1.ChangeMembers;
import io.titankv.proto.internal.v1.CreateReplica;
import io.titankv.proto.internal.v1.FreezeRanges;
import io.titankv.proto.internal.v1.GroupMember;
import io.titankv.proto.internal.v1.ImportRanges;
import io.titankv.proto.internal.v1.Instruction;
import io.titankv.proto.internal.v1.SettleTransfer;
import io.titankv.proto.internal.v1.TokenArc;
import io.titankv.proto.internal.v1.TransferLeadership;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the placement leader says. One batch at a time: while one is under way, others are dropped, for all that is
 * still wanted comes again with the next heartbeat. Thread-safe.
 */
final class Orders {
    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);

    private final NodeActions actions;
    private final Executor executor;
    /** Called when something was done, so that placement hears of it at once. */
    private final Runnable done;

    private final AtomicBoolean busy = new AtomicBoolean();
    /** Groups with an asynchronous order under way; at most as many as the node has groups. */
    private final Set<GroupId> underWay = ConcurrentHashMap.newKeySet();

    Orders(NodeActions actions, Executor executor, Runnable done) {
        this.actions = actions;
        this.executor = executor;
        this.done = done;
    }

    /** Orders under way now; a batch of replicas to create counts as one. */
    int underWay() {
        return underWay.size() + (busy.get() ? 1 : 0);
    }

    void carryOut(List<Instruction> instructions) {
        if (instructions.isEmpty() || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(() -> {
                boolean news = false;
                try {
                    for (Instruction instruction : instructions) {
                        news |= attempt(instruction);
                    }
                } finally {
                    busy.set(false);
                    if (news) {
                        done.run();
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            // Closing.
            busy.set(false);
        }
    }

    /** True when something has been done. An order that failed is no news: told at once, it would come again at once. */
    private boolean attempt(Instruction instruction) {
        try {
            return switch (instruction.getKindCase()) {
                case CREATE_REPLICA -> {
                    create(instruction.getCreateReplica());
                    yield true;
                }
                case ASSIGN_RANGES -> {
                    assign(instruction.getAssignRanges());
                    yield false;
                }
                case TRANSFER_LEADERSHIP -> {
                    transfer(instruction.getTransferLeadership());
                    yield false;
                }
                case CHANGE_MEMBERS -> {
                    changeMembers(instruction.getChangeMembers());
                    yield false;
                }
                case REMOVE_REPLICA -> {
                    GroupId group = GroupId.parse(instruction.getRemoveReplica().getGroup());
                    actions.removeReplica(group);
                    LOG.atInfo().addKeyValue("group", group).log("replica deleted, this node left its group");
                    yield true;
                }
                case IMPORT_RANGES -> {
                    importRanges(instruction.getImportRanges());
                    yield false;
                }
                case FREEZE_RANGES -> {
                    freeze(instruction.getFreezeRanges());
                    yield false;
                }
                case SETTLE_TRANSFER -> {
                    settle(instruction.getSettleTransfer());
                    yield false;
                }
                case KIND_NOT_SET -> {
                    // From a newer leader: it will see that it is not done.
                    LOG.atWarn().log("placement orders something that this version does not know");
                    yield false;
                }
            };
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("order", instruction.getKindCase())
                    .setCause(e)
                    .log("order of placement failed, it will come again");
            return false;
        }
    }

    private void create(CreateReplica create) {
        GroupId group = GroupId.parse(create.getGroup());
        List<Member> members = members(create.getMembersList());
        actions.createReplica(group, members);
        LOG.atInfo().addKeyValue("group", group).addKeyValue("members", members).log("replica created");
    }

    private static List<Member> members(List<GroupMember> told) {
        return told.stream()
                .map(member -> new Member(new NodeId(member.getNodeId()), member.getRaftAddress()))
                .toList();
    }

    private void changeMembers(ChangeMembers change) {
        GroupId group = GroupId.parse(change.getGroup());
        Membership expected =
                new Membership(members(change.getExpectedVotersList()), members(change.getExpectedLearnersList()));
        Membership wanted = new Membership(members(change.getVotersList()), members(change.getLearnersList()));
        track(group, "change members", () -> actions.changeMembers(group, expected, wanted));
    }

    private void assign(AssignRanges assign) {
        GroupId group = GroupId.parse(assign.getGroup());
        List<TokenRange> ranges = ranges(assign.getRangesList());
        track(group, "assign ranges", () -> actions.assignRanges(group, new Epoch(assign.getEpoch()), ranges));
    }

    private static List<TokenRange> ranges(List<TokenArc> arcs) {
        return arcs.stream()
                .map(arc -> new TokenRange(arc.getStart(), arc.getEnd()))
                .toList();
    }

    private void importRanges(ImportRanges order) {
        actions.importRanges(new RangeImport(
                GroupId.parse(order.getGroup()),
                order.getTransfer(),
                ranges(order.getRangesList()),
                GroupId.parse(order.getFromGroup()),
                order.getSourceAddressesList(),
                order.getBytesPerSecondMax()));
    }

    private void freeze(FreezeRanges order) {
        GroupId group = GroupId.parse(order.getGroup());
        List<TokenRange> ranges = ranges(order.getRangesList());
        track(group, "freeze ranges", () -> actions.freezeRanges(group, order.getTransfer(), ranges));
    }

    private void settle(SettleTransfer order) {
        GroupId group = GroupId.parse(order.getGroup());
        Optional<Epoch> committed = Optional.of(new Epoch(order.getEpoch())).filter(Predicate.not(Epoch.NONE::equals));
        track(
                group,
                "settle transfer",
                () -> actions.settleTransfer(group, order.getTransfer(), order.getIsImport(), committed));
    }

    private void transfer(TransferLeadership transfer) {
        GroupId group = GroupId.parse(transfer.getGroup());
        NodeId target = new NodeId(transfer.getTargetNodeId());
        track(group, "transfer leadership", () -> actions.transferLeadership(group, target));
    }

    private void track(GroupId group, String what, Supplier<CompletableFuture<Boolean>> order) {
        if (!underWay.add(group)) {
            return;
        }
        CompletableFuture<Boolean> outcome;
        try {
            outcome = order.get();
        } catch (RuntimeException e) {
            underWay.remove(group);
            throw e;
        }
        var _ = outcome.whenComplete((success, failure) -> {
            underWay.remove(group);
            if (failure != null || !Boolean.TRUE.equals(success)) {
                LOG.atInfo()
                        .addKeyValue("group", group)
                        .addKeyValue("order", what)
                        .setCause(failure)
                        .log("order of placement was not carried out, it will come again if it is still wanted");
            } else {
                // Only then is there news; after a failure the next heartbeat is soon enough.
                done.run();
            }
        });
    }
}
