package io.titankv.multiraft.terms;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.GroupTerms;
import io.titankv.proto.internal.v1.ConfirmTermsRequest;
import io.titankv.proto.internal.v1.ConfirmTermsResponse;
import io.titankv.proto.internal.v1.TermsGrpc;
import java.util.Optional;
import java.util.function.Supplier;

/** Tells peers whether the terms that they lead in are still current here. Thread-safe; nothing here blocks. */
public final class TermServer extends TermsGrpc.TermsImplBase {
    static final int GROUPS_MAX = 4096;

    private final NodeId self;
    private final Supplier<Optional<String>> clusterId;
    private final GroupTerms terms;

    /** @param clusterId the cluster's id once there is one */
    public TermServer(NodeId self, Supplier<Optional<String>> clusterId, GroupTerms terms) {
        this.self = self;
        this.clusterId = clusterId;
        this.terms = terms;
    }

    @Override
    public StreamObserver<ConfirmTermsRequest> confirm(StreamObserver<ConfirmTermsResponse> answers) {
        return new StreamObserver<>() {
            private boolean ended;

            @Override
            public void onNext(ConfirmTermsRequest request) {
                if (ended) {
                    return;
                }
                Optional<Status> refusal = refusal(request);
                if (refusal.isPresent()) {
                    ended = true;
                    answers.onError(refusal.get().asRuntimeException());
                } else {
                    answers.onNext(answer(request));
                }
            }

            @Override
            public void onError(Throwable gone) {
                ended = true;
            }

            @Override
            public void onCompleted() {
                if (!ended) {
                    ended = true;
                    answers.onCompleted();
                }
            }
        };
    }

    private Optional<Status> refusal(ConfirmTermsRequest request) {
        String cluster = clusterId.get().orElse("no cluster");
        if (!request.getClusterId().equals(cluster) || !request.getNodeId().equals(self.value())) {
            return Optional.of(Status.FAILED_PRECONDITION.withDescription(
                    "this is " + cluster + "/" + self + ", not " + request.getClusterId() + "/" + request.getNodeId()));
        }
        int groups = request.getGroupsCount();
        if (groups != request.getTermsCount() || groups > GROUPS_MAX) {
            return Optional.of(Status.INVALID_ARGUMENT.withDescription(groups + " groups and " + request.getTermsCount()
                    + " terms; the limit is " + GROUPS_MAX + " of each"));
        }
        return Optional.empty();
    }

    private ConfirmTermsResponse answer(ConfirmTermsRequest request) {
        ConfirmTermsResponse.Builder answer = ConfirmTermsResponse.newBuilder();
        for (int i = 0; i < request.getGroupsCount(); i++) {
            int group = request.getGroups(i);
            answer.addCurrent(group >= 0 && terms.isCurrent(new GroupId(group), request.getTerms(i)));
        }
        return answer.build();
    }
}
