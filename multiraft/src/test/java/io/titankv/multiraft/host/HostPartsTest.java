package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small parts of a host, each by itself. */
final class HostPartsTest {

    @Nested
    class AGroupFile {
        @TempDir
        private Path directory;

        @Test
        void isReadAsItWasWritten() throws IOException {
            GroupFile written =
                    new GroupFile(GroupFile.State.RETURNING, List.of(new Member(new NodeId("n1"), "127.0.0.1:7001")));
            Path file = directory.resolve("s1.group");

            written.write(file);

            assertThat(GroupFile.read(file)).isEqualTo(written);
            assertThat(file).hasContent("titan-group 1\nstate RETURNING\nmember n1 127.0.0.1:7001\nend\n");
        }

        @Test
        void thatIsNotWholeIsRefused() throws IOException {
            Path file = directory.resolve("s1.group");
            Files.writeString(file, "titan-group 1\nstate LIVE\n");

            assertThatThrownBy(() -> GroupFile.read(file)).isInstanceOf(IOException.class);
        }
    }

    @Nested
    class ALeaderContact {
        private final LeaderContact contact = new LeaderContact();

        @Test
        void neverHeardOfIsNeverFresh() {
            assertThat(contact.ageNanos(100, 5)).isEqualTo(Long.MAX_VALUE);
        }

        @Test
        void countsFromTheMessageWhoseCommitIsApplied() {
            contact.onHeard(10, 7, 5);
            assertThat(contact.ageNanos(20, 6)).isEqualTo(Long.MAX_VALUE);
            contact.onHeard(30, 9, 6);

            assertThat(contact.ageNanos(50, 8)).isEqualTo(40);

            contact.onHeard(60, 9, 9);
            assertThat(contact.ageNanos(65, 9)).isEqualTo(5);
        }
    }

    @Nested
    class ANodesLife {
        @Test
        void beginsWithoutVotesWhereALeaseMayHaveBeenGranted() {
            assertThat(new NodeLife(true, TimeUnit.HOURS.toNanos(1)).mayVote()).isFalse();
            assertThat(new NodeLife(true, 0).mayVote()).isTrue();
            assertThat(new NodeLife(false, TimeUnit.HOURS.toNanos(1)).mayVote()).isTrue();
        }
    }

    @Nested
    class BytesOnTheirWay {
        @Test
        void areTheSameThereAndBack() {
            ByteString rope =
                    ByteString.copyFromUtf8("a".repeat(1000)).concat(ByteString.copyFromUtf8("b".repeat(1000)));

            assertThat(Bytes.toRatis(rope).toByteArray()).isEqualTo(rope.toByteArray());
            assertThat(Bytes.fromRatis(Bytes.toRatis(rope))).isEqualTo(rope);
            assertThat(Bytes.fromRatis(Bytes.toRatis(ByteString.EMPTY))).isEqualTo(ByteString.EMPTY);
        }
    }

    @Test
    void aRequestThatWasNotCarriedOutSaysWhy() {
        RaftClientReply.Builder reply = RaftClientReply.newBuilder()
                .setClientId(ClientId.randomId())
                .setServerId(RaftPeerId.valueOf("n1"))
                .setGroupId(RaftGroupId.randomId());
        assertThat(RatisRequests.whyNot(reply.setSuccess().build(), null)).isEmpty();
        assertThat(RatisRequests.whyNot(
                        reply.setSuccess(false)
                                .setException(new LeaderSteppingDownException("n1 steps down already"))
                                .build(),
                        null))
                .hasValueSatisfying(why ->
                        assertThat(why).contains("LeaderSteppingDownException").contains("n1 steps down already"));
        assertThat(RatisRequests.whyNot(null, new CompletionException(new IOException("the peer is gone"))))
                .contains("java.io.IOException: the peer is gone");
        assertThat(RatisRequests.whyNot(null, null)).contains("it was refused without a reason");
    }
}
