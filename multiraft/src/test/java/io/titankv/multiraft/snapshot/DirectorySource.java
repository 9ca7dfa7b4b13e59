package io.titankv.multiraft.snapshot;

import io.titankv.model.LogPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A state that is a directory of files. */
record DirectorySource(Path state, Supplier<LogPosition> position) implements CheckpointSource {
    @Override
    public CompletableFuture<CheckpointFiles> checkpoint(Path target) {
        try (Stream<Path> children = Files.list(state)) {
            Files.createDirectory(target);
            List<CheckpointFile> files = new ArrayList<>();
            for (Path file : children.sorted().toList()) {
                Files.createLink(target.resolve(file.getFileName()), file);
                files.add(new CheckpointFile(file.getFileName().toString(), Files.size(file), FileChecksums.of(file)));
            }
            return CompletableFuture.completedFuture(new CheckpointFiles(position.get(), files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
