package io.titankv.multiraft.terms;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.Burst;
import io.titankv.multiraft.host.TermQuestions.Asker;
import io.titankv.proto.internal.v1.ConfirmTermsRequest;
import io.titankv.proto.internal.v1.ConfirmTermsResponse;
import io.titankv.proto.internal.v1.TermsGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TermLinkTest {
    private final List<ConfirmTermsRequest> requests = new ArrayList<>();
    private final List<StreamObserver<ConfirmTermsResponse>> streams = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private long nowNanos = Long.MAX_VALUE - 1;
    private Server server;
    private ManagedChannel channel;
    private TermLink link;

    @BeforeEach
    void start() throws IOException {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addService(new TermsGrpc.TermsImplBase() {
                    @Override
                    public StreamObserver<ConfirmTermsRequest> confirm(StreamObserver<ConfirmTermsResponse> answers) {
                        streams.add(answers);
                        return new StreamObserver<>() {
                            @Override
                            public void onNext(ConfirmTermsRequest request) {
                                requests.add(request);
                            }

                            @Override
                            public void onError(Throwable gone) {}

                            @Override
                            public void onCompleted() {}
                        };
                    }
                })
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
        link = new TermLink("c1", new NodeId("n2"), () -> channel, () -> nowNanos);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private void ask(int group, long term) {
        link.ask(new GroupId(group), term, new Asker() {
            @Override
            public void onCurrent() {
                told.add("s" + group + " current");
            }

            @Override
            public void onUnknown() {
                told.add("s" + group + " unknown");
            }
        });
    }

    private void answer(Boolean... current) {
        streams.getLast()
                .onNext(ConfirmTermsResponse.newBuilder()
                        .addAllCurrent(List.of(current))
                        .build());
    }

    @Test
    void aQuestionGoesAtOnceAndItsAnswerIsPassedOn() {
        ask(1, 7);
        assertThat(requests)
                .containsExactly(ConfirmTermsRequest.newBuilder()
                        .setClusterId("c1")
                        .setNodeId("n2")
                        .addGroups(1)
                        .addTerms(7)
                        .build());
        answer(true);
        ask(2, 8);
        answer(false);
        assertThat(told).containsExactly("s1 current", "s2 unknown");
    }

    @Test
    void theQuestionsOfABurstGoTogether() {
        Burst.run(() -> {
            ask(1, 7);
            ask(2, 8);
            assertThat(requests).isEmpty();
        });
        assertThat(requests).hasSize(1);
        assertThat(requests.getFirst().getGroupsList()).containsExactly(1, 2);
        answer(true, true);
        assertThat(told).containsExactly("s1 current", "s2 current");
    }

    @Test
    void whatAnAnswerHasAskedGoesWithWhatWaitedForIt() {
        link.ask(new GroupId(1), 7, new Asker() {
            @Override
            public void onCurrent() {
                ask(1, 7);
                ask(2, 8);
            }

            @Override
            public void onUnknown() {
                told.add("s1 unknown");
            }
        });
        ask(3, 9);
        answer(true);
        assertThat(requests).hasSize(2);
        assertThat(requests.getLast().getGroupsList()).containsExactly(3, 1, 2);
        answer(true, true, true);
        assertThat(told).containsExactly("s3 current", "s1 current", "s2 current");
    }

    @Test
    void whatComesWhileARequestIsUnansweredGoesTogether() {
        for (int group = 1; group <= 5; group++) {
            ask(group, 10 + group);
        }
        assertThat(requests).hasSize(1);
        answer(true);
        assertThat(requests).hasSize(2);
        assertThat(requests.get(1).getGroupsList()).containsExactly(2, 3, 4, 5);
        assertThat(requests.get(1).getTermsList()).containsExactly(12L, 13L, 14L, 15L);
        answer(true, true, false, true);
        assertThat(told).containsExactly("s1 current", "s2 current", "s3 current", "s4 unknown", "s5 current");
    }

    @Test
    void aQuestionIsNeverAnsweredByARequestThatWasSentBefore() {
        ask(1, 7);
        ask(1, 7);
        assertThat(requests).hasSize(1);
        answer(true);
        assertThat(told).as("the second was asked after the first was sent").hasSize(1);
        answer(true);
        assertThat(told).hasSize(2);
    }

    @Test
    void ofTwoQuestionsForAGroupThatWaitTheLaterStands() {
        ask(8, 1);
        ask(1, 7);
        ask(1, 8);
        answer(true);
        assertThat(requests.get(1).getTermsList()).containsExactly(8L);
    }

    @Test
    void whenTheStreamEndsNobodyIsLeftWaitingAndItIsOpenedAgainAfterAWhile() {
        ask(1, 7);
        ask(2, 7);
        ask(3, 7);
        streams.getLast().onError(new IllegalStateException("gone"));
        assertThat(told).containsExactly("s1 unknown", "s2 unknown", "s3 unknown");
        ask(4, 7);
        assertThat(told).endsWith("s4 unknown");
        assertThat(streams).hasSize(1);
        nowNanos += TermLink.PAUSE.toNanos();
        ask(5, 7);
        assertThat(streams).hasSize(2);
        answer(true);
        assertThat(told).endsWith("s5 current");
    }

    @Test
    void aPeerThatIsSilentLeavesNobodyWithoutAnotherWay() {
        ask(1, 7);
        nowNanos += TermLink.PATIENCE.toNanos();
        ask(2, 7);
        assertThat(told).containsExactly("s2 unknown");
        answer(true);
        answer(true);
        assertThat(told).containsExactly("s2 unknown", "s1 current", "s2 current");
    }

    @Test
    void anAnswerThatIsTooShortOrTooMuchProvesNothing() {
        ask(1, 7);
        answer();
        assertThat(told).containsExactly("s1 unknown");
        answer(true);
        assertThat(told).hasSize(1);
    }

    @Test
    void aChannelThatIsShutDownIsNoConnection() {
        channel.shutdownNow();
        ask(1, 7);
        nowNanos += TermLink.PAUSE.toNanos();
        ask(1, 7);
        assertThat(told).containsExactly("s1 unknown", "s1 unknown");
    }
}
