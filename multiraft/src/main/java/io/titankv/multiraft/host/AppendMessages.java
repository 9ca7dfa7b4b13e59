package io.titankv.multiraft.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ExtensionRegistryLite;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;
import org.apache.ratis.thirdparty.com.google.protobuf.WireFormat;
import org.apache.ratis.thirdparty.io.grpc.Drainable;
import org.apache.ratis.thirdparty.io.grpc.KnownLength;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * What travels between the leaders on one node and the followers on another, for all of their groups on one stream: batches of Ratis' own
 * requests one way, batches of answers the other way. Written by hand as protobuf would write
 *
 * <pre>{@code
 * message AppendBatch   { repeated AppendEntriesRequestProto requests = 1; }
 * message AnswerBatch   { repeated AppendEntriesReplyProto replies = 1; repeated Failure failures = 2; }
 * message Failure       { uint64 call_id = 1; string cause = 2; }
 * }</pre>
 *
 * because Ratis' classes, and the gRPC that knows them, are its own copies of those libraries.
 */
final class AppendMessages {
    /** Named like our other services; only nodes call it, on the port of Raft. */
    static final MethodDescriptor<List<AppendEntriesRequestProto>, List<AppendAnswer>> APPEND =
            MethodDescriptor.<List<AppendEntriesRequestProto>, List<AppendAnswer>>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName("titan.raft.Appends", "Append"))
                    .setRequestMarshaller(new Requests())
                    .setResponseMarshaller(new Answers())
                    .build();

    private static final int FIRST = 1;
    private static final int SECOND = 2;
    private static final int BUFFER_BYTES_MAX = 4096;

    private AppendMessages() {}

    private static final class Requests extends Batches<AppendEntriesRequestProto> {
        @Override
        int bytes(AppendEntriesRequestProto request) {
            return CodedOutputStream.computeMessageSize(FIRST, request);
        }

        @Override
        void write(AppendEntriesRequestProto request, CodedOutputStream to) throws IOException {
            to.writeMessage(FIRST, request);
        }

        @Override
        AppendEntriesRequestProto read(int field, CodedInputStream from) throws IOException {
            return readMessage(AppendEntriesRequestProto.parser(), from);
        }
    }

    private static final class Answers extends Batches<AppendAnswer> {
        @Override
        int bytes(AppendAnswer answer) {
            return switch (answer) {
                case AppendAnswer.Reply(var reply) -> CodedOutputStream.computeMessageSize(FIRST, reply);
                case AppendAnswer.Failure failure -> {
                    int bytes = bytes(failure);
                    yield CodedOutputStream.computeTagSize(SECOND)
                            + CodedOutputStream.computeUInt32SizeNoTag(bytes)
                            + bytes;
                }
            };
        }

        private static int bytes(AppendAnswer.Failure failure) {
            return CodedOutputStream.computeUInt64Size(FIRST, failure.callId())
                    + CodedOutputStream.computeStringSize(SECOND, failure.cause());
        }

        @Override
        void write(AppendAnswer answer, CodedOutputStream to) throws IOException {
            switch (answer) {
                case AppendAnswer.Reply(var reply) -> to.writeMessage(FIRST, reply);
                case AppendAnswer.Failure failure -> {
                    to.writeTag(SECOND, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                    to.writeUInt32NoTag(bytes(failure));
                    to.writeUInt64(FIRST, failure.callId());
                    to.writeString(SECOND, failure.cause());
                }
            }
        }

        @Override
        AppendAnswer read(int field, CodedInputStream from) throws IOException {
            return field == FIRST
                    ? new AppendAnswer.Reply(readMessage(AppendEntriesReplyProto.parser(), from))
                    : readFailure(from);
        }

        private static AppendAnswer readFailure(CodedInputStream from) throws IOException {
            int outer = from.pushLimit(from.readRawVarint32());
            long callId = 0;
            String cause = "";
            for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case FIRST -> callId = from.readUInt64();
                    case SECOND -> cause = from.readStringRequireUtf8();
                    default -> from.skipField(tag);
                }
            }
            from.popLimit(outer);
            return new AppendAnswer.Failure(callId, cause);
        }
    }

    /** A batch, field by field. */
    private abstract static class Batches<T> implements MethodDescriptor.Marshaller<List<T>> {
        /** With its tag and length. */
        abstract int bytes(T part);

        abstract void write(T part, CodedOutputStream to) throws IOException;

        /** @param field {@link #FIRST} or {@link #SECOND} */
        abstract T read(int field, CodedInputStream from) throws IOException;

        @Override
        public final InputStream stream(List<T> parts) {
            int bytes = 0;
            for (T part : parts) {
                bytes = Math.addExact(bytes, bytes(part));
            }
            return new Outgoing<>(this, parts, bytes);
        }

        @Override
        public final List<T> parse(InputStream stream) {
            List<T> parts = new ArrayList<>();
            try {
                byte[] bytes = new byte[stream.available()];
                stream.readNBytes(bytes, 0, bytes.length);
                CodedInputStream from = CodedInputStream.newInstance(bytes);
                for (int tag = from.readTag(); tag != 0; tag = from.readTag()) {
                    int field = WireFormat.getTagFieldNumber(tag);
                    if (field == FIRST || field == SECOND) {
                        parts.add(read(field, from));
                    } else {
                        from.skipField(tag);
                    }
                }
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("not a batch of appends: " + e.getMessage())
                        .withCause(e)
                        .asRuntimeException();
            }
            return parts;
        }

        static <M extends MessageLite> M readMessage(Parser<M> parser, CodedInputStream from) throws IOException {
            return from.readMessage(parser, ExtensionRegistryLite.getEmptyRegistry());
        }
    }

    /** A batch that is written right into gRPC's buffers. */
    private static final class Outgoing<T> extends InputStream implements Drainable, KnownLength {
        private final Batches<T> format;
        private final List<T> parts;
        private final int bytes;

        /** For a transport that reads; ours drains. */
        private InputStream rest = InputStream.nullInputStream();

        private boolean begun;

        Outgoing(Batches<T> format, List<T> parts, int bytes) {
            this.format = format;
            this.parts = parts;
            this.bytes = bytes;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            if (begun) {
                return Math.toIntExact(rest.transferTo(target));
            }
            begun = true;
            CodedOutputStream to = CodedOutputStream.newInstance(target, Math.clamp(bytes, 1, BUFFER_BYTES_MAX));
            for (T part : parts) {
                format.write(part, to);
            }
            to.flush();
            return bytes;
        }

        @Override
        public int available() throws IOException {
            return begun ? rest.available() : bytes;
        }

        @Override
        public int read() throws IOException {
            return toRead().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return toRead().read(target, offset, length);
        }

        private InputStream toRead() throws IOException {
            if (!begun) {
                begun = true;
                byte[] all = new byte[bytes];
                CodedOutputStream to = CodedOutputStream.newInstance(all);
                for (T part : parts) {
                    format.write(part, to);
                }
                rest = new ByteArrayInputStream(all);
            }
            return rest;
        }
    }
}
