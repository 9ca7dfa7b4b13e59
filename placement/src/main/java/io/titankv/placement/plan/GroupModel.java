package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * A group as the planners see it; placement's own is one too, without ranges. Immutable.
 *
 * @param replicasWanted how many voters it should have
 * @param replicas its members, the one preferred as leader first; no node twice
 * @param leader who leads by its own word, on a node that is up
 * @param bytes what one replica of it takes on a disk
 * @param opsPerSecond reads and writes that it serves
 */
public record GroupModel(
        GroupId id,
        int replicasWanted,
        List<ReplicaModel> replicas,
        Optional<NodeId> leader,
        long bytes,
        double opsPerSecond) {
    public GroupModel {
        replicas = List.copyOf(replicas);
        if (replicasWanted < 1 || bytes < 0 || !(opsPerSecond >= 0)) {
            throw new IllegalArgumentException("group " + id + " makes no sense: " + replicasWanted
                    + " replicas wanted, " + bytes + " bytes, " + opsPerSecond + " operations a second");
        }
        for (int i = 1; i < replicas.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (replicas.get(i).node().equals(replicas.get(j).node())) {
                    throw new IllegalArgumentException("group " + id + " has two replicas on "
                            + replicas.get(i).node());
                }
            }
        }
    }

    /** The replica on a node. */
    public Optional<ReplicaModel> replicaOn(NodeId node) {
        return replicas.stream().filter(replica -> replica.node().equals(node)).findFirst();
    }

    public boolean hasReplicaOn(NodeId node) {
        return replicaOn(node).isPresent();
    }

    boolean isLedBy(NodeId node) {
        return leader.filter(node::equals).isPresent();
    }

    public List<NodeId> members() {
        return replicas.stream().map(ReplicaModel::node).toList();
    }

    public int voters() {
        return (int) replicas.stream().filter(ReplicaModel::isVoter).count();
    }

    public int healthyVoters() {
        return (int) replicas.stream()
                .filter(replica -> replica.isVoter() && replica.healthy())
                .count();
    }

    /** So many voters must be healthy for anything to be decided. */
    public int quorum() {
        return Quorum.of(voters());
    }

    /** Whether it can decide anything now, and so change its members. */
    public boolean hasQuorum() {
        return healthyVoters() >= quorum();
    }

    GroupModel with(List<ReplicaModel> changed) {
        return new GroupModel(id, replicasWanted, changed, leader, bytes, opsPerSecond);
    }

    GroupModel ledBy(Optional<NodeId> next) {
        return new GroupModel(id, replicasWanted, replicas, next, bytes, opsPerSecond);
    }

    /** With more data and load, or less. */
    GroupModel grown(long moreBytes, double moreOps) {
        return new GroupModel(
                id,
                replicasWanted,
                replicas,
                leader,
                Math.max(0, bytes + moreBytes),
                Math.max(0, opsPerSecond + moreOps));
    }
}
