package io.titankv.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/** The text files of the checkout that the test runs in. Immutable. */
record Repository(List<SourceFile> files) {
    private static final Set<String> SKIPPED_DIRECTORIES = Set.of("target", ".git", ".idea", ".vscode", "titan-data");
    private static final Set<String> EXTENSIONS = Set.of("java", "proto", "md", "xml", "properties", "txt", "hex");
    private static final Set<String> SCRIPTS = Set.of("titan", ".ci/run");

    Repository {
        files = List.copyOf(files);
    }

    static Repository read() {
        Path root = root(Path.of("").toAbsolutePath());
        List<SourceFile> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return SKIPPED_DIRECTORIES.contains(String.valueOf(directory.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    String path = root.relativize(file).toString().replace('\\', '/');
                    if (attributes.isRegularFile() && isSource(path)) {
                        files.add(new SourceFile(path, Files.readString(file)));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(Comparator.comparing(SourceFile::path));
        return new Repository(files);
    }

    /** The directory, this one or above, of the pom that lists the modules. */
    private static Path root(Path start) {
        for (Path at = start; at != null; at = at.getParent()) {
            Path pom = at.resolve("pom.xml");
            try {
                if (Files.exists(pom) && Files.readString(pom).contains("<modules>")) {
                    return at;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalStateException("no parent pom above " + start);
    }

    private static boolean isSource(String path) {
        return SCRIPTS.contains(path) || EXTENSIONS.contains(path.substring(path.lastIndexOf('.') + 1));
    }

    List<SourceFile> java() {
        return files.stream().filter(SourceFile::isJava).toList();
    }

    List<SourceFile> mainJava() {
        return files.stream().filter(SourceFile::isMainJava).toList();
    }

    SourceFile file(String path) {
        return files.stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no file " + path));
    }

    Ratchet ratchet(String name) {
        String path = "benchmarks/src/test/resources/ratchet/" + name + ".txt";
        return Ratchet.parse(path, file(path).text());
    }
}
