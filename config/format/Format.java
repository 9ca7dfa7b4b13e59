import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks, or applies, palantir-java-format to every Java source of the repository.
 *
 * <p>Run by the root pom from source, in a JVM of the toolchain's JDK: the formatter parses with the javac it runs on, and Maven's
 * own JVM may be too old for the syntax used here. Arguments: {@code check} or {@code apply}, then the repository's root.
 */
final class Format {

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    private Format() {}

    public static void main(String[] args) throws IOException {
        boolean apply = args[0].equals("apply");
        Path root = Path.of(args[1]);
        List<String> complaints = new Format().visitAll(sources(root), root, apply);
        if (complaints.isEmpty()) {
            return;
        }
        complaints.forEach(System.err::println);
        if (apply && complaints.stream().allMatch(line -> line.startsWith("formatted "))) {
            return;
        }
        System.err.println("To format the tree, run: mvn -N -q validate -Dformat=apply");
        System.exit(1);
    }

    private List<String> visitAll(List<Path> sources, Path root, boolean apply) {
        return sources.parallelStream()
                .flatMap(source -> visit(source, root, apply))
                .sorted()
                .toList();
    }

    private Stream<String> visit(Path source, Path root, boolean apply) {
        Path shown = root.relativize(source);
        try {
            String before = Files.readString(source);
            String after = formatter.formatSourceAndFixImports(before);
            if (after.equals(before)) {
                return Stream.empty();
            }
            if (!apply) {
                return Stream.of("not formatted: " + shown);
            }
            Files.writeString(source, after);
            return Stream.of("formatted " + shown);
        } catch (FormatterException e) {
            return Stream.of("cannot be parsed: " + shown + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(source.toString(), e);
        }
    }

    /** The Java files under any {@code src} and under {@code config}; never build output or hidden directories. */
    private static List<Path> sources(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean skipped = !directory.equals(root) && (name.equals("target") || name.startsWith("."));
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                Path inTree = root.relativize(file);
                boolean ours = inTree.startsWith("config")
                        || Stream.iterate(inTree, p -> p != null, Path::getParent)
                                .anyMatch(p -> p.endsWith("src"));
                if (ours && file.toString().endsWith(".java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
