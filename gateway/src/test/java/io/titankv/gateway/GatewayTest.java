package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.Version;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.WriteOutcome;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.DeleteRequest;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.GetRequest;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutRequest;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.ReadLevel;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.WriteLevel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Single-key calls to any of three nodes. */
final class GatewayTest {
    private final SimCluster cluster = SimCluster.of(3, options -> options.withTimeoutDefault(Duration.ofMillis(1500)))
            .withGroups(3);

    @AfterEach
    void nothingIsHeldWhenAllIsAnswered() {
        for (int n = 1; n <= 3; n++) {
            Gateway gateway = cluster.node(n).gateway;
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> gateway.opsInFlight() == 0);
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> gateway.bytesInFlight() == 0);
        }
        cluster.close();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
    }

    private static GetRequest get(String key) {
        return GetRequest.newBuilder().setKey(bytes(key)).build();
    }

    private static GetRequest get(String key, ReadLevel level) {
        return GetRequest.newBuilder()
                .setKey(bytes(key))
                .setOptions(RequestOptions.newBuilder().setReadLevel(level))
                .build();
    }

    private static TitanError errorOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(failure).isNotNull();
        TitanError error = TitanErrors.parse(failure).orElseThrow(() -> failure);
        assertThat(failure.getStatus().getCode()).isEqualTo(TitanErrors.codeOf(error.reason()));
        return error;
    }

    @Nested
    class AnyNodeAnswersAnyKey {
        @Test
        void aValueWrittenThroughOneNodeIsReadThroughTheOthers() {
            for (int group = 1; group <= 3; group++) {
                String key = cluster.keyIn(group);
                PutResponse written = cluster.node(1).kv().put(put(key, "v" + group));
                for (int node = 1; node <= 3; node++) {
                    GetResponse read = cluster.node(node).kv().get(get(key));
                    assertThat(read.getFound()).isTrue();
                    assertThat(read.getValue()).isEqualTo(bytes("v" + group));
                    assertThat(read.getVersion()).isEqualTo(written.getVersion());
                }
            }
        }

        @Test
        void anAbsentKeyIsNotAnError() {
            GetResponse read = cluster.node(2).kv().get(get("nothing"));
            assertThat(read.getFound()).isFalse();
            assertThat(read.getVersion()).isZero();
        }

        @Test
        void aDeleteSaysWhetherThereWasSomething() {
            String key = cluster.keyIn(2);
            cluster.node(1).kv().put(put(key, "v"));
            DeleteRequest delete = DeleteRequest.newBuilder().setKey(bytes(key)).build();
            DeleteResponse first = cluster.node(3).kv().delete(delete);
            DeleteResponse second = cluster.node(1).kv().delete(delete);
            assertThat(first.getExisted()).isTrue();
            assertThat(second.getExisted()).isFalse();
            assertThat(cluster.node(1).kv().get(get(key)).getFound()).isFalse();
        }

        @Test
        void theRoutingTagIsAPartOfTheKey() {
            PutRequest tagged = PutRequest.newBuilder()
                    .setKey(bytes("k"))
                    .setRoutingTag(bytes("tag"))
                    .setValue(bytes("tagged"))
                    .build();
            cluster.node(1).kv().put(tagged);
            assertThat(cluster.node(2).kv().get(get("k")).getFound()).isFalse();
            assertThat(cluster.node(2)
                            .kv()
                            .get(GetRequest.newBuilder()
                                    .setKey(bytes("k"))
                                    .setRoutingTag(bytes("tag"))
                                    .build())
                            .getValue())
                    .isEqualTo(bytes("tagged"));
        }

        @Test
        void aNodeThatLeadsForwardsNothing() {
            String key = cluster.keyIn(1);
            cluster.node(1).kv().put(put(key, "v"));
            cluster.node(1).kv().get(get(key));
            assertThat(cluster.node(2).forwardedCalls).hasValue(0);
            assertThat(cluster.node(3).forwardedCalls).hasValue(0);
        }
    }

    @Nested
    class WhenTheLeaderIsElsewhere {
        @Test
        void aStaleMapIsHealedByHints() {
            ShardMap old = cluster.mapNow();
            cluster.group(1).lead(SimCluster.id(3));
            cluster.node(2).learn(old);
            assertThat(cluster.node(2).kv().put(put(cluster.keyIn(1), "v")).getVersion())
                    .isPositive();
        }

        @Test
        void aRequestWaitsForTheElection() throws Exception {
            String key = cluster.keyIn(1);
            cluster.group(1).lead(null);
            Thread voter = Thread.ofVirtual().start(() -> {
                Awaitility.await()
                        .atMost(60, TimeUnit.SECONDS)
                        .until(() -> cluster.node(1).gateway.opsInFlight() == 1);
                cluster.group(1).lead(SimCluster.id(2));
            });
            assertThat(cluster.node(1).kv().put(put(key, "v")).getVersion()).isPositive();
            voter.join();
            assertThat(cluster.group(1).writesSeen()).isEqualTo(1);
        }

        @Test
        void withoutALeaderItFailsByItsDeadlineWithNoLeader() {
            cluster.group(1).lead(null);
            TitanError error = errorOf(() -> cluster.node(1).kvUntilDefault().put(put(cluster.keyIn(1), "v")));
            assertThat(error.reason()).isEqualTo(ErrorReason.NO_LEADER);
            assertThat(error.retryDelay()).isPresent();
        }

        @Test
        void aLeaderThatCannotBeReachedIsNoLeader() {
            cluster.cutOff(2, true);
            TitanError error = errorOf(() -> cluster.node(1).kvUntilDefault().put(put(cluster.keyIn(2), "v")));
            assertThat(error.reason()).isEqualTo(ErrorReason.NO_LEADER);
            assertThat(cluster.group(2).writesSeen()).isZero();
        }

        @Test
        void readsAtLevelAnyAnswerWithoutAQuorum() {
            String key = cluster.keyIn(1);
            cluster.node(1).kv().put(put(key, "v"));
            cluster.group(1).lead(null);
            for (int node = 1; node <= 3; node++) {
                assertThat(cluster.node(node)
                                .kv()
                                .get(get(key, ReadLevel.READ_LEVEL_ANY))
                                .getValue())
                        .isEqualTo(bytes("v"));
            }
        }

        @Test
        void aForwardedRequestGoesNoFurther() {
            // Each believes that the other leads; the shard itself has no leader.
            cluster.group(1).lead(SimCluster.id(2));
            ShardMap saysTwo = cluster.mapNow();
            cluster.group(1).lead(null);
            for (int node = 1; node <= 3; node++) {
                cluster.node(node).learn(saysTwo);
            }
            errorOf(() -> cluster.node(3).kvUntilDefault().put(put(cluster.keyIn(1), "v")));
            // What n3 sent on was never sent on again: nothing marked came back to it.
            assertThat(cluster.node(3).forwardedCalls).hasValue(0);
        }
    }

    @Nested
    class WhenARangeMoves {
        @Test
        void theGatewayTriesAgainOnceItKnows() {
            String key = cluster.keyIn(1);
            cluster.load(key, "v");
            cluster.move(SimGroup.evenly(3).getFirst(), 2);
            Thread learner = Thread.ofVirtual().start(() -> {
                Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
                    synchronized (cluster.node(3).epochsSeen) {
                        return cluster.node(3).epochsSeen.contains(new Epoch(2));
                    }
                });
                cluster.publish();
            });
            assertThat(cluster.node(3).kv().get(get(key)).getValue()).isEqualTo(bytes("v"));
            assertThat(learner.isAlive()).isFalse();
        }

        @Test
        void anOldRouteIsToldWithTheEpoch() {
            cluster.move(SimGroup.evenly(3).getFirst(), 2);
            TitanError error = errorOf(() -> cluster.node(1)
                    .kvUntilDefault()
                    .put(put("key-of-nobody", "v").toBuilder()
                            .setKey(bytes(firstKeyIn(SimGroup.evenly(3).getFirst())))
                            .build()));
            assertThat(error.reason()).isEqualTo(ErrorReason.ROUTE_STALE);
            assertThat(error.epoch()).contains(new Epoch(2));
        }

        @Test
        void aFrozenRangeIsWaitedFor() throws Exception {
            String key = cluster.keyIn(1);
            cluster.group(1).freeze(true);
            Thread thaw = Thread.ofVirtual().start(() -> {
                Awaitility.await()
                        .atMost(60, TimeUnit.SECONDS)
                        .until(() -> cluster.group(1).writesSeen() >= 2);
                cluster.group(1).freeze(false);
            });
            assertThat(cluster.node(1).kv().put(put(key, "v")).getVersion()).isPositive();
            thaw.join();
        }

        @Test
        void aFreezeThatLastsIsToldByTheDeadline() {
            cluster.group(1).freeze(true);
            TitanError error = errorOf(() -> cluster.node(1).kvUntilDefault().put(put(cluster.keyIn(1), "v")));
            assertThat(error.reason()).isEqualTo(ErrorReason.SHARD_TRANSITION);
        }

        private static String firstKeyIn(io.titankv.model.TokenRange range) {
            for (int i = 0; ; i++) {
                if (range.contains(SimGroup.tokenOf("key-" + i))) {
                    return "key-" + i;
                }
            }
        }
    }

    @Nested
    class WhatTheShardRefuses {
        private TitanError refusalOf(WriteOutcome outcome, int throughNode) {
            cluster.group(1).answerWrites(_ -> outcome);
            return errorOf(() -> cluster.node(throughNode).kv().put(put(cluster.keyIn(1), "v")));
        }

        private void isTold(WriteOutcome outcome, ErrorReason reason) {
            for (int node = 1; node <= 2; node++) {
                int seenBefore = cluster.group(1).writesSeen();
                assertThat(refusalOf(outcome, node).reason())
                        .as("through n" + node)
                        .isEqualTo(reason);
                assertThat(cluster.group(1).writesSeen() - seenBefore)
                        .as("tries")
                        .isEqualTo(1);
            }
        }

        @Test
        void anUnknownOutcomeIsNeverDressedUpNorTriedAgain() {
            isTold(new WriteOutcome.Undetermined("leader lost"), ErrorReason.OUTCOME_UNDETERMINED);
        }

        @Test
        void busyIsPassedOnWithItsDelay() {
            isTold(new WriteOutcome.Busy(Duration.ofMillis(70)), ErrorReason.BUSY);
            assertThat(refusalOf(new WriteOutcome.Busy(Duration.ofMillis(70)), 2)
                            .retryDelay())
                    .contains(Duration.ofMillis(70));
        }

        @Test
        void aFullDiskIsTold() {
            WriteOutcome full = new WriteOutcome.DiskFull(List.of(new NodeId("n1"), new NodeId("n3")));
            isTold(full, ErrorReason.DISK_FULL);
            assertThat(refusalOf(full, 2).message())
                    .isEqualTo("nearly full: the disk of n1, n3; shard s1 takes reads and deletes only");
        }

        @Test
        void anExpiredRequestIdIsTold() {
            isTold(new WriteOutcome.RequestIdExpired(), ErrorReason.REQUEST_ID_EXPIRED);
        }

        @Test
        void anUnproposedWriteIsKnownNotToBeDone() {
            isTold(new WriteOutcome.TimedOut(), ErrorReason.TIMED_OUT);
        }

        @Test
        void whatNoEntryHoldsIsTooLarge() {
            isTold(new WriteOutcome.TooLarge(3, 2), ErrorReason.BATCH_TOO_LARGE);
        }

        @Test
        void aFailedPreconditionTellsTheVersion() {
            String key = cluster.keyIn(1);
            long version = cluster.node(1).kv().put(put(key, "v")).getVersion();
            for (int node = 1; node <= 2; node++) {
                int through = node;
                TitanError error = errorOf(() -> cluster.node(through)
                        .kv()
                        .put(put(key, "w").toBuilder()
                                .setPrecondition(Precondition.newBuilder().setAbsent(true))
                                .build()));
                assertThat(error.reason()).isEqualTo(ErrorReason.VERSION_MISMATCH);
                assertThat(error.currentVersion()).contains(new Version(version));
            }
        }

        @Test
        void aLostQuorumLeavesAWriteUndetermined() {
            cluster.group(1).loseQuorum(true);
            TitanError error = errorOf(() -> cluster.node(2).kvUntilDefault().put(put(cluster.keyIn(1), "v")));
            assertThat(error.reason()).isEqualTo(ErrorReason.OUTCOME_UNDETERMINED);
            assertThat(cluster.group(1).writesSeen()).isEqualTo(1);
        }

        @Test
        void aLostQuorumLeavesAReadUnanswered() {
            cluster.group(1).loseQuorum(true);
            TitanError error = errorOf(() -> cluster.node(1).kvUntilDefault().get(get(cluster.keyIn(1))));
            assertThat(error.reason()).isEqualTo(ErrorReason.TIMED_OUT);
        }

        @Test
        void badDataOnOneReplicaIsReadFromAnother() {
            String key = cluster.keyIn(1);
            cluster.load(key, "v");
            cluster.group(1).quarantine(SimCluster.id(1));
            for (int node = 1; node <= 3; node++) {
                assertThat(cluster.node(node).kv().get(get(key)).getValue()).isEqualTo(bytes("v"));
            }
        }

        @Test
        void badDataOnAllReplicasIsDataLoss() {
            for (int node = 1; node <= 3; node++) {
                cluster.group(1).quarantine(SimCluster.id(node));
            }
            TitanError error = errorOf(() -> cluster.node(2).kv().get(get(cluster.keyIn(1))));
            assertThat(error.reason()).isEqualTo(ErrorReason.DATA_QUARANTINED);
        }

        @Test
        void aBusyShardIsToldToReadersToo() {
            cluster.group(1).answerReads(new ReadOutcome.Busy(Duration.ofMillis(30)));
            TitanError error = errorOf(() -> cluster.node(3).kv().get(get(cluster.keyIn(1))));
            assertThat(error.reason()).isEqualTo(ErrorReason.BUSY);
            assertThat(error.retryDelay()).contains(Duration.ofMillis(30));
        }
    }

    @Nested
    class Levels {
        @Test
        void boundedStalenessGoesToTheLeaderWhenThisReplicaIsTooOld() {
            String key = cluster.keyIn(1);
            cluster.node(1).kv().put(put(key, "old"));
            cluster.group(1).lag(SimCluster.id(2), true);
            cluster.group(1).hearNothingFor(SimCluster.id(2), 5_000);
            cluster.node(1).kv().put(put(key, "new"));
            GetRequest bounded = GetRequest.newBuilder()
                    .setKey(bytes(key))
                    .setOptions(RequestOptions.newBuilder()
                            .setReadLevel(ReadLevel.READ_LEVEL_BOUNDED_STALENESS)
                            .setMaxStaleness(
                                    com.google.protobuf.Duration.newBuilder().setSeconds(1)))
                    .build();
            assertThat(cluster.node(2).kv().get(bounded).getValue()).isEqualTo(bytes("new"));
            assertThat(cluster.node(2)
                            .kv()
                            .get(get(key, ReadLevel.READ_LEVEL_ANY))
                            .getValue())
                    .isEqualTo(bytes("old"));
        }

        @Test
        void aSessionTokenReadsItsOwnWrites() {
            String key = cluster.keyIn(1);
            cluster.group(1).lag(SimCluster.id(3), true);
            PutResponse written = cluster.node(1).kv().put(put(key, "mine"));
            GetRequest after = GetRequest.newBuilder()
                    .setKey(bytes(key))
                    .setOptions(RequestOptions.newBuilder()
                            .setReadLevel(ReadLevel.READ_LEVEL_AFTER)
                            .setAfterToken(written.getSessionToken()))
                    .build();
            assertThat(cluster.node(3).kv().get(after).getValue()).isEqualTo(bytes("mine"));
        }

        @Test
        void aWriteToAllThatIsNotOnAllIsUndetermined() {
            cluster.group(1).replicateToAll(false);
            PutRequest all = put(cluster.keyIn(1), "v").toBuilder()
                    .setOptions(RequestOptions.newBuilder().setWriteLevel(WriteLevel.WRITE_LEVEL_ALL))
                    .build();
            assertThat(errorOf(() -> cluster.node(1).kv().put(all)).reason())
                    .isEqualTo(ErrorReason.OUTCOME_UNDETERMINED);
            assertThat(errorOf(() -> cluster.node(2).kv().put(all)).reason())
                    .isEqualTo(ErrorReason.OUTCOME_UNDETERMINED);
            cluster.group(1).replicateToAll(true);
            assertThat(cluster.node(2).kv().put(all).getVersion()).isPositive();
        }
    }

    @Test
    void anUnformedClusterIsNotReady() {
        cluster.node(1).learn(ShardMap.EMPTY);
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> cluster.node(1).kv().get(get("k")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(TitanErrors.parse(failure).orElseThrow().reason()).isEqualTo(ErrorReason.NOT_READY);
    }

    @Test
    void requestsAreCountedByKindAndOutcome() {
        cluster.node(1).kv().put(put(cluster.keyIn(1), "v"));
        assertThat(cluster.node(1)
                        .registry
                        .get("titan_gateway_request_seconds")
                        .tag("kind", "put")
                        .tag("outcome", "ok")
                        .timer()
                        .count())
                .isEqualTo(1);
    }
}
