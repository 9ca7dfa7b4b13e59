package io.titankv.placement.run;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.NodeId;
import io.titankv.proto.durable.v1.Founding;
import io.titankv.proto.durable.v1.FoundingNode;
import io.titankv.proto.durable.v1.NodeIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Whose data directory this is: the file {@code node.identity}. Each change is durable before it is seen. A directory that belongs
 * to a cluster belongs to it for good. Thread-safe.
 */
final class IdentityStore {
    static final String FILE_NAME = "node.identity";

    private static final int INCARNATION_BYTES = 16;

    private final DurableFiles files;
    private final Path file;

    @GuardedBy("this")
    private NodeIdentity identity;

    private IdentityStore(DurableFiles files, Path file, NodeIdentity identity) {
        this.files = files;
        this.file = file;
        this.identity = identity;
    }

    /**
     * Opens the identity of a directory, or gives a new directory its own.
     *
     * @throws FormationRefusedException when the directory belongs to another node
     */
    static IdentityStore open(DurableFiles files, Path directory, NodeId node, RandomGenerator random) {
        Path file = directory.resolve(FILE_NAME);
        try {
            Files.createDirectories(directory);
            Optional<byte[]> content = files.read(file);
            if (content.isPresent()) {
                NodeIdentity found = NodeIdentity.parseFrom(FramedFile.IDENTITY.decode(file, content.get()));
                if (!found.getNodeId().equals(node.value())) {
                    throw new FormationRefusedException("data directory " + directory + " belongs to node "
                            + found.getNodeId() + ", not " + node
                            + ": start it as that node, or give this node a directory of its own");
                }
                return new IdentityStore(files, file, found);
            }
            byte[] incarnation = new byte[INCARNATION_BYTES];
            random.nextBytes(incarnation);
            NodeIdentity fresh = NodeIdentity.newBuilder()
                    .setNodeId(node.value())
                    .setIncarnation(HexFormat.of().formatHex(incarnation))
                    .build();
            files.replace(file, FramedFile.IDENTITY.encode(fresh.toByteString()));
            return new IdentityStore(files, file, fresh);
        } catch (InvalidProtocolBufferException e) {
            throw new DamagedFileException(file, "holds no identity");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
    }

    synchronized NodeIdentity get() {
        return identity;
    }

    /** The cluster's beginning, when this directory belongs to one. */
    synchronized Optional<Founding> founding() {
        return identity.hasFounding() ? Optional.of(identity.getFounding()) : Optional.empty();
    }

    /** True when this directory is the one that the founding names under this node's id. */
    boolean isNamedIn(Founding founding) {
        NodeIdentity self = get();
        return nodeIn(founding)
                .map(node -> node.getIncarnation().equals(self.getIncarnation()))
                .orElse(false);
    }

    /** What a founding says of this node's id. */
    Optional<FoundingNode> nodeIn(Founding founding) {
        String self = get().getNodeId();
        return founding.getInitialNodesList().stream()
                .filter(node -> node.getNodeId().equals(self))
                .findFirst();
    }

    /** Takes the decision that founds a cluster. Nobody may be told before this returns. */
    synchronized void found(Founding founding) {
        if (identity.hasFounding()) {
            throw new IllegalStateException(
                    "already of cluster " + identity.getFounding().getClusterId());
        }
        store(identity.toBuilder().setFounding(founding).setFounder(true).build());
    }

    /**
     * Becomes a part of a cluster. Changes nothing when it is one already.
     *
     * @throws FormationRefusedException when the directory belongs to another cluster
     */
    synchronized void join(Founding founding) {
        if (!identity.hasFounding()) {
            store(identity.toBuilder().setFounding(founding).build());
            return;
        }
        String own = identity.getFounding().getClusterId();
        if (!own.equals(founding.getClusterId())) {
            throw new FormationRefusedException("node " + identity.getNodeId() + " belongs to cluster " + own
                    + " already, and cannot join cluster " + founding.getClusterId());
        }
    }

    synchronized void everyoneTold() {
        store(identity.toBuilder().setEveryoneTold(true).build());
    }

    synchronized void placementReplicaCreated() {
        if (!identity.getPlacementReplicaCreated() || identity.getPlacementReplicaRemoved()) {
            store(identity.toBuilder()
                    .setPlacementReplicaCreated(true)
                    .setPlacementReplicaRemoved(false)
                    .build());
        }
    }

    /** The placement replica is given away: from now on it is right that it is missing. */
    synchronized void placementReplicaRemoved() {
        store(identity.toBuilder().setPlacementReplicaRemoved(true).build());
    }

    /** Whether a replica of placement was made here and not given away: if it is missing, it was lost. */
    synchronized boolean shouldHavePlacementReplica() {
        return identity.getPlacementReplicaCreated() && !identity.getPlacementReplicaRemoved();
    }

    @GuardedBy("this")
    private void store(NodeIdentity next) {
        try {
            files.replace(file, FramedFile.IDENTITY.encode(next.toByteString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        identity = next;
    }
}
