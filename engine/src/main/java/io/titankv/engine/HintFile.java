package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Writes, checks and reads hint files. */
final class HintFile {
    /** Large enough that a scan of a hint file is sequential reading; holds any entry. */
    private static final int BUFFER_BYTES = 128 << 10;

    private HintFile() {}

    /**
     * What a checkpoint says of a hint file.
     *
     * @param crc32c of the whole file
     */
    record Summary(long bytes, int crc32c) {}

    /** Writes and forces the hint file of a data file. */
    static Summary write(FileStore store, Path path, SealedFile data, HintCursor standing) throws IOException {
        try (FileStore.File file = store.create(path)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            CRC32C bodyCrc = new CRC32C();
            long written = HintFormat.HEADER_BYTES;
            int used = 0;
            int entries = 0;
            while (standing.next()) {
                if (buffer.capacity() - used < HintFormat.ENTRY_BYTES_MAX) {
                    written += flush(file, written, buffer, used, bodyCrc);
                    used = 0;
                }
                used += HintFormat.encodeEntry(buffer, used, standing);
                entries++;
            }
            written += flush(file, written, buffer, used, bodyCrc);
            HintFormat.encodeHeader(
                    buffer,
                    new HintFormat.Header(
                            data.fileId(),
                            data.bytes(),
                            data.crc32c(),
                            entries,
                            written - HintFormat.HEADER_BYTES,
                            (int) bodyCrc.getValue()));
            buffer.position(0).limit(HintFormat.HEADER_BYTES);
            file.write(0, buffer);
            FinalFailure.force(file);
            return new Summary(written, wholeCrc(file));
        }
    }

    private static int flush(FileStore.File file, long at, ByteBuffer buffer, int used, CRC32C crc) throws IOException {
        if (used > 0) {
            RecordFormat.update(crc, buffer, 0, used);
            buffer.position(0).limit(used);
            file.write(at, buffer);
            buffer.clear();
        }
        return used;
    }

    private static int wholeCrc(FileStore.File file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long at = 0;
        while (file.read(at, buffer.clear()) > 0) {
            at += buffer.position();
            crc.update(buffer.flip());
        }
        return (int) crc.getValue();
    }

    /** Whether the file is an intact hint file of that data file. Its bytes are read once, whole. */
    static @org.jspecify.annotations.Nullable Summary checkOrNull(FileStore.File file, SealedFile data)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, buffer.limit(HintFormat.HEADER_BYTES));
        if (!HintFormat.headerIsIntact(buffer, available)) {
            return null;
        }
        HintFormat.Header header = HintFormat.decodeHeader(buffer);
        if (header.fileId() != data.fileId()
                || header.dataBytes() != data.bytes()
                || header.dataCrc() != data.crc32c()
                || header.bodyBytes() != file.size() - HintFormat.HEADER_BYTES) {
            return null;
        }
        CRC32C whole = new CRC32C();
        CRC32C body = new CRC32C();
        RecordFormat.update(whole, buffer, 0, HintFormat.HEADER_BYTES);
        long at = HintFormat.HEADER_BYTES;
        int read;
        while ((read = file.read(at, buffer.clear())) > 0) {
            RecordFormat.update(whole, buffer, 0, read);
            RecordFormat.update(body, buffer, 0, read);
            at += read;
        }
        return (int) body.getValue() == header.bodyCrc() ? new Summary(at, (int) whole.getValue()) : null;
    }

    /** Reads the entries of a file that {@link #checkOrNull} found intact. */
    static HintCursor entries(FileStore.File file, Path path) throws IOException {
        ByteBuffer header = ByteBuffer.allocateDirect(HintFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int available = file.read(0, header);
        if (!HintFormat.headerIsIntact(header, available)) {
            throw new CorruptDataException("hint file changed while it was read", path, 0);
        }
        return new Entries(file, path, HintFormat.decodeHeader(header));
    }

    /** A cursor over an open hint file. */
    private static final class Entries implements HintCursor {
        private final FileStore.File file;
        private final Path path;
        private final long fileId;
        private final byte[] bytes;
        private final ByteBuffer buffer;
        private int left;
        /** File offset of the first byte not yet in the buffer. */
        private long nextRead = HintFormat.HEADER_BYTES;

        private int filled;
        private int at;
        private int nextAt;

        Entries(FileStore.File file, Path path, HintFormat.Header header) {
            this.file = file;
            this.path = path;
            this.fileId = header.fileId();
            this.left = header.entries();
            this.bytes = new byte[BUFFER_BYTES];
            this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public boolean next() {
            if (left == 0) {
                return false;
            }
            left--;
            at = nextAt;
            requireFilled(HintFormat.ENTRY_HEADER_BYTES);
            int entryBytes = HintFormat.ENTRY_HEADER_BYTES + keyLength();
            requireFilled(entryBytes);
            nextAt = at + entryBytes;
            return true;
        }

        private void requireFilled(int needed) {
            if (filled - at >= needed) {
                return;
            }
            System.arraycopy(bytes, at, bytes, 0, filled - at);
            filled -= at;
            at = 0;
            try {
                int read = file.read(nextRead, buffer.limit(bytes.length).position(filled));
                nextRead += read;
                filled += read;
            } catch (IOException e) {
                throw new StorageException("cannot read hint file", path, e);
            }
            if (filled < needed) {
                throw new CorruptDataException("hint file changed while it was read", path, nextRead);
            }
        }

        @Override
        public long fileId() {
            return fileId;
        }

        @Override
        public RecordKind kind() {
            return RecordKind.ofCode(buffer.get(at + HintFormat.KIND_OFFSET));
        }

        @Override
        public long token() {
            return buffer.getLong(at + HintFormat.TOKEN_OFFSET);
        }

        @Override
        public long version() {
            return buffer.getLong(at + HintFormat.VERSION_OFFSET);
        }

        @Override
        public long index() {
            return buffer.getLong(at + HintFormat.INDEX_OFFSET);
        }

        @Override
        public int ordinal() {
            return buffer.getInt(at + HintFormat.ORDINAL_OFFSET);
        }

        @Override
        public long offset() {
            return Integer.toUnsignedLong(buffer.getInt(at + HintFormat.OFFSET_OFFSET));
        }

        @Override
        public int recordBytes() {
            return buffer.getInt(at + HintFormat.RECORD_BYTES_OFFSET);
        }

        @Override
        public byte[] keyBase() {
            return bytes;
        }

        @Override
        public int keyOffset() {
            return at + HintFormat.ENTRY_HEADER_BYTES;
        }

        @Override
        public int keyLength() {
            return Short.toUnsignedInt(buffer.getShort(at + HintFormat.KEY_BYTES_OFFSET));
        }
    }
}
