package io.titankv.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reads and replaces a directory's manifest. */
final class ManifestFile {
    private ManifestFile() {}

    static Manifest read(FileStore store, Path directory) throws IOException {
        Path path = directory.resolve(FileNames.MANIFEST);
        ByteBuffer bytes = bytes(store, path);
        return ManifestFormat.decode(bytes, bytes.limit(), path);
    }

    /** Whether a manifest of a version that this build does not know is one that it knows whose version rotted. */
    static boolean hasOnlyABadVersion(FileStore store, Path directory) throws IOException {
        Path path = directory.resolve(FileNames.MANIFEST);
        ByteBuffer bytes = bytes(store, path);
        if (bytes.limit() < FormatHeads.HEAD_BYTES) {
            return false;
        }
        bytes.putInt(FormatHeads.VERSION_OFFSET, ManifestFormat.FORMAT_VERSION);
        try {
            return ManifestFormat.decode(bytes, bytes.limit(), path).nextFileId() > 0;
        } catch (CorruptDataException e) {
            return false;
        }
    }

    private static ByteBuffer bytes(FileStore store, Path path) throws IOException {
        try (FileStore.File file = store.openForRead(path)) {
            long size = file.size();
            long sizeMax = ManifestFormat.HEADER_BYTES
                    + (long) ManifestFormat.FILES_MAX * ManifestFormat.FILE_ENTRY_BYTES
                    + Integer.BYTES;
            if (size > sizeMax) {
                throw new CorruptDataException("manifest is longer than any manifest", path, sizeMax);
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
            int available = file.read(0, buffer);
            buffer.limit(available);
            return buffer;
        }
    }

    /**
     * Makes the manifest the directory's, durably. Every name made or removed in the directory before the call is durable, too.
     *
     * @return the manifest file's checksum and length
     */
    static HintFile.Summary replace(FileStore store, Path directory, Manifest manifest) throws IOException {
        Path fresh = directory.resolve(FileNames.MANIFEST_NEW);
        deleteIfThere(store, fresh);
        ByteBuffer bytes = ManifestFormat.encode(manifest);
        try (FileStore.File file = store.create(fresh)) {
            file.write(0, bytes);
            FinalFailure.force(file);
        }
        // The files that the manifest names must not vanish when it is there.
        FinalFailure.syncDirectory(store, directory);
        FinalFailure.rename(store, fresh, directory.resolve(FileNames.MANIFEST));
        FinalFailure.syncDirectory(store, directory);
        return new HintFile.Summary(bytes.capacity(), RecordFormat.crc32c(bytes, 0, bytes.capacity()));
    }

    static void deleteIfThere(FileStore store, Path file) throws IOException {
        if (store.exists(file)) {
            store.delete(file);
        }
    }
}
