package io.titankv.placement.state;

import io.titankv.model.NodeId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A node as it registered. Immutable.
 *
 * @param id its name
 * @param incarnation random, made with its data directory: the same name with another incarnation is another disk
 * @param gatewayAddress HOST:PORT of its gateway
 * @param raftAddress HOST:PORT of its Raft
 * @param labels where it stands: {@code zone}, {@code rack}, {@code host} and others
 * @param cores processors it has, at least 1
 * @param diskBytes size of the disk of its data directory; 0: unknown
 * @param serverVersion what it runs
 */
public record NodeRecord(
        NodeId id,
        String incarnation,
        String gatewayAddress,
        String raftAddress,
        SortedMap<String, String> labels,
        int cores,
        long diskBytes,
        String serverVersion) {
    public NodeRecord {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        if (incarnation.isEmpty()) {
            throw new IllegalArgumentException("node " + id + " has no incarnation");
        }
        requireAddress("gateway", gatewayAddress);
        requireAddress("Raft", raftAddress);
        if (cores < 1 || diskBytes < 0) {
            throw new IllegalArgumentException(
                    "node " + id + " has no sensible capacity: " + cores + " cores, " + diskBytes + " bytes");
        }
    }

    /** A node without regard to the order of its labels. */
    public static NodeRecord of(
            NodeId id,
            String incarnation,
            String gatewayAddress,
            String raftAddress,
            Map<String, String> labels,
            int cores,
            long diskBytes,
            String serverVersion) {
        return new NodeRecord(
                id, incarnation, gatewayAddress, raftAddress, new TreeMap<>(labels), cores, diskBytes, serverVersion);
    }

    private static void requireAddress(String what, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("the " + what + " address must be HOST:PORT: " + address);
        }
    }
}
