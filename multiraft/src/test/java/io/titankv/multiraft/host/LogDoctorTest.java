package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogDoctorTest {
    @TempDir
    private Path log;

    /** A segment as Ratis writes it; the same bytes are read from Ratis itself in RaftLogHealthIT. */
    private static byte[] segment(long first, long last, int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(LogRecordFormat.HEADER);
        for (long index = first; index <= last; index++) {
            LogEntryProto entry = LogEntryProto.newBuilder()
                    .setTerm(3)
                    .setIndex(index)
                    .setStateMachineLogEntry(StateMachineLogEntryProto.newBuilder()
                            .setLogData(ByteString.copyFromUtf8("entry " + index)))
                    .build();
            ByteBuffer record = ByteBuffer.allocate(entry.getSerializedSize() + 5);
            CodedOutputStream coded = CodedOutputStream.newInstance(record);
            coded.writeUInt32NoTag(entry.getSerializedSize());
            entry.writeTo(coded);
            coded.flush();
            record.flip();
            CRC32C crc = new CRC32C();
            crc.update(record.duplicate());
            out.write(record.array(), 0, record.limit());
            out.writeInt((int) crc.getValue());
        }
        out.write(new byte[zeros]);
        return bytes.toByteArray();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(log.resolve(name), bytes);
    }

    @Test
    void aHealthyLogIsLeftAsItIs() throws IOException {
        write("log_0-9", segment(0, 9, 0));
        byte[] open = segment(10, 14, 1000);
        Path file = write("log_inprogress_10", open);

        assertThat(LogDoctor.examine(log, -1)).isEqualTo(new LogDoctor.Finding(0, 14));
        assertThat(file).hasBinaryContent(open);
    }

    @Test
    void noLogIsAnEmptyOne() throws IOException {
        assertThat(LogDoctor.examine(log.resolve("none"), -1).isEmpty()).isTrue();
    }

    @Test
    void aTornTailIsCutAtEveryLength() throws IOException {
        byte[] whole = segment(0, 5, 0);
        byte[] fewer = segment(0, 4, 0);
        for (int kept = fewer.length + 1; kept < whole.length; kept++) {
            ByteBuffer torn = ByteBuffer.allocate(whole.length + 100).put(whole, 0, kept);
            Path file = write("log_inprogress_0", torn.array());

            assertThat(LogDoctor.examine(log, -1)).isEqualTo(new LogDoctor.Finding(0, 4));
            // Cut where the last whole entry ends, unless what is left are zeros only, which Ratis takes.
            assertThat(Files.readAllBytes(file)).startsWith(fewer);
            assertThat(LogRecordFormat.endOfWritten(ByteBuffer.wrap(Files.readAllBytes(file)), 0))
                    .isLessThanOrEqualTo(fewer.length);
        }
    }

    @Test
    void everyFlippedBitBeforeTheLastEntryIsRot() throws IOException {
        byte[] healthy = segment(0, 5, 200);
        int lastEntry = segment(0, 4, 0).length;
        for (int at = LogRecordFormat.HEADER.length; at < lastEntry; at++) {
            byte[] rotten = healthy.clone();
            rotten[at] ^= 0x10;
            Path file = write("log_inprogress_0", rotten);

            assertThatExceptionOfType(RottenLogException.class)
                    .as("byte %d", at)
                    .isThrownBy(() -> LogDoctor.examine(log, -1))
                    .satisfies(rot -> assertThat(rot.file()).isEqualTo(file));
            assertThat(file).hasBinaryContent(rotten);
        }
    }

    @Test
    void rotInAClosedSegmentIsNeverCut() throws IOException {
        byte[] closed = segment(0, 9, 0);
        closed[closed.length - 2] ^= 1;
        Path file = write("log_0-9", closed);
        write("log_inprogress_10", segment(10, 12, 0));

        assertThatExceptionOfType(RottenLogException.class).isThrownBy(() -> LogDoctor.examine(log, -1));
        assertThat(file).hasBinaryContent(closed);
    }

    @Test
    void aMissingSegmentIsRotUnlessTheStateCoversIt() throws IOException {
        Path old = write("log_0-9", segment(0, 9, 0));
        write("log_20-29", segment(20, 29, 0));

        assertThatExceptionOfType(RottenLogException.class).isThrownBy(() -> LogDoctor.examine(log, 18));
        assertThat(old).exists();

        assertThat(LogDoctor.examine(log, 19)).isEqualTo(new LogDoctor.Finding(20, 29));
        assertThat(old).doesNotExist();
    }

    @Test
    void aHeaderThatWasNeverWrittenIsATornTail() throws IOException {
        Path file = write("log_inprogress_0", "Raf".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

        assertThat(LogDoctor.examine(log, -1).isEmpty()).isTrue();
        assertThat(file).isEmptyFile();
    }
}
