package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.placement.state.WishesForm;
import io.titankv.proto.admin.v1.LabelNodeRequest;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.errors.TitanErrors;
import java.util.concurrent.CompletableFuture;

/** Labels that people give a node. Used by one call. */
final class NodeLabels {
    private final LeaderSession session;

    NodeLabels(LeaderSession session) {
        this.session = session;
    }

    CompletableFuture<NodeInfo> change(LabelNodeRequest request) {
        NodeInfo before = info(request.getNodeId());
        if (request.getValidateOnly()) {
            return CompletableFuture.completedFuture(before);
        }
        return OperationServices.propose(
                        session,
                        WishesForm.changeLabels(
                                session.state().clusterId(),
                                new NodeId(before.getNodeId()),
                                request.getSetMap(),
                                request.getRemoveList()))
                .thenApply(done -> info(request.getNodeId()));
    }

    private NodeInfo info(String name) {
        return session.view().getNodesList().stream()
                .filter(node -> node.getNodeId().equals(name))
                .findFirst()
                .orElseThrow(() -> TitanErrors.toException(ErrorReason.NODE_UNKNOWN, "there is no node " + name));
    }
}
