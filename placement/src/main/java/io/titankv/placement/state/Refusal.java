package io.titankv.placement.state;

/** Why a command changed nothing. Names are stored in results and never change. */
public enum Refusal {
    /** The bytes are not a command, or not one that this format knows. */
    MALFORMED,
    /** The command's format is older than any that is supported. */
    UNKNOWN_FORMAT,
    /** The command belongs to another cluster. */
    FOREIGN_CLUSTER,
    /** The cluster is not founded yet. */
    NOT_FOUNDED,
    /** The cluster was founded with another decision. */
    ALREADY_FOUNDED,
    /** The node id belongs to another data directory. */
    NODE_ID_TAKEN,
    /** The address belongs to another node. */
    ADDRESS_TAKEN,
    /** The node holds replicas, whose peers know it by its old Raft address. */
    RAFT_ADDRESS_CHANGED,
    /** There is a ring already. */
    RING_EXISTS,
    /** There is no such group. */
    GROUP_UNKNOWN,
    /** There is no such node. */
    NODE_UNKNOWN,
    /** There is no such operation, or not any more. */
    OPERATION_UNKNOWN,
    /** Another operation has that id: begin it again with the next. */
    OPERATION_EXISTS,
    /** The operation is in a state in which this makes no sense. */
    OPERATION_STATE,
    /** There is no such transfer, or not any more. */
    TRANSFER_UNKNOWN,
    /** Another transfer has that id. */
    TRANSFER_EXISTS,
    /** The transfer is in a state in which this makes no sense. */
    TRANSFER_STATE,
    /** The group is in a state in which this makes no sense. */
    GROUP_STATE,
    /** The group's number is or was in use. */
    GROUP_EXISTS,
    /** There are as many operations as there may be. */
    TOO_MANY,
    /** The command contradicts itself or names what does not exist. */
    NONSENSE
}
