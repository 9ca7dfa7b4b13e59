package io.titankv.placement.run;

import io.grpc.stub.StreamObserver;
import io.titankv.model.ErrorReason;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.DecommissionNodeRequest;
import io.titankv.proto.admin.v1.DrainNodeRequest;
import io.titankv.proto.admin.v1.GetNodeRequest;
import io.titankv.proto.admin.v1.LabelNodeRequest;
import io.titankv.proto.admin.v1.ListNodesRequest;
import io.titankv.proto.admin.v1.ListNodesResponse;
import io.titankv.proto.admin.v1.NodeGrpc;
import io.titankv.proto.admin.v1.NodeInfo;
import io.titankv.proto.admin.v1.RecommissionNodeRequest;
import io.titankv.proto.admin.v1.ReplaceNodeRequest;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.internal.v1.ClusterView;
import java.util.function.Supplier;

/** Nodes, as this node knows them; what changes them is the placement leader's to answer. Thread-safe. */
final class NodeService extends NodeGrpc.NodeImplBase {
    private final Supplier<ClusterView> view;
    private final LeaderCalls leader;

    NodeService(Supplier<ClusterView> view, LeaderCalls leader) {
        this.view = view;
        this.leader = leader;
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> answer) {
        AdminServices.answer(
                answer,
                () -> ListNodesResponse.newBuilder()
                        .addAllNodes(view.get().getNodesList())
                        .build());
    }

    @Override
    public void getNode(GetNodeRequest request, StreamObserver<NodeInfo> answer) {
        AdminServices.answer(
                answer,
                () -> view.get().getNodesList().stream()
                        .filter(node -> node.getNodeId().equals(request.getNodeId()))
                        .findFirst()
                        .orElseThrow(() -> TitanErrors.toException(
                                ErrorReason.NODE_UNKNOWN, "there is no node " + request.getNodeId())));
    }

    @Override
    public void drainNode(DrainNodeRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                NodeGrpc.getDrainNodeMethod(),
                request,
                answer,
                session -> new NodeChanges(session).drain(request.getNodeId(), request.getOptions()));
    }

    @Override
    public void decommissionNode(DecommissionNodeRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                NodeGrpc.getDecommissionNodeMethod(),
                request,
                answer,
                session -> new NodeChanges(session).decommission(request.getNodeId(), request.getOptions()));
    }

    @Override
    public void recommissionNode(RecommissionNodeRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                NodeGrpc.getRecommissionNodeMethod(),
                request,
                answer,
                session -> new NodeChanges(session).recommission(request.getNodeId(), request.getOptions()));
    }

    @Override
    public void replaceNode(ReplaceNodeRequest request, StreamObserver<ChangeResponse> answer) {
        leader.answer(
                NodeGrpc.getReplaceNodeMethod(),
                request,
                answer,
                session -> new NodeChanges(session)
                        .replace(request.getNodeId(), request.getByNodeId(), request.getOptions()));
    }

    @Override
    public void labelNode(LabelNodeRequest request, StreamObserver<NodeInfo> answer) {
        leader.answer(
                NodeGrpc.getLabelNodeMethod(), request, answer, session -> new NodeLabels(session).change(request));
    }
}
