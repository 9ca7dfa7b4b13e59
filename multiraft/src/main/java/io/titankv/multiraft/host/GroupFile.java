package io.titankv.multiraft.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.titankv.model.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What this node knows of a group apart from Raft's own log: that it has a replica, with whom it began, and whether it is being
 * removed or rebuilt. One small text file per group, replaced as a whole.
 *
 * <p>Ratis 3.3.0 forgets the members of a new group that restarts before its first entry is committed (RATIS-2661); this file does
 * not.
 *
 * <pre>
 *   titan-group 1
 *   state LIVE
 *   member n1 127.0.0.1:7001
 *   end
 * </pre>
 *
 * @param state what to do with the replica when the node starts
 * @param initialMembers the voters with which the group began; empty for a replica that joined later
 */
record GroupFile(State state, List<Member> initialMembers) {
    private static final String HEADER = "titan-group 1";
    private static final String END = "end";

    enum State {
        /** Serves, or will. */
        LIVE,
        /** Being removed: finish that. */
        REMOVING,
        /** Its log or state is rotten: it takes no part until its group no longer counts on what it held. */
        ROTTEN,
        /** Began anew after it was rotten, and is to be a voter again. */
        RETURNING
    }

    GroupFile {
        initialMembers = List.copyOf(initialMembers);
    }

    static GroupFile live(List<Member> initialMembers) {
        return new GroupFile(State.LIVE, initialMembers);
    }

    GroupFile with(State next) {
        return new GroupFile(next, initialMembers);
    }

    /** Durable when it returns. */
    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        text.append("state ").append(state).append('\n');
        for (Member member : initialMembers) {
            text.append("member ")
                    .append(member.node())
                    .append(' ')
                    .append(member.raftAddress())
                    .append('\n');
        }
        text.append(END).append('\n');
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Directories.fsync(file.toAbsolutePath().getParent());
    }

    /** @throws NoSuchFileException when there is none */
    static GroupFile read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, UTF_8);
        if (lines.size() < 3
                || !lines.getFirst().equals(HEADER)
                || !lines.getLast().equals(END)) {
            throw new IOException("not a whole group file: " + file);
        }
        State state = State.valueOf(value(lines.get(1), "state ", file));
        List<Member> members = new ArrayList<>();
        for (String line : lines.subList(2, lines.size() - 1)) {
            String[] words = value(line, "member ", file).split(" ", 2);
            members.add(new Member(new NodeId(words[0]), words[1]));
        }
        return new GroupFile(state, members);
    }

    private static String value(String line, String key, Path file) throws IOException {
        if (!line.startsWith(key)) {
            throw new IOException("expected '" + key + "' in " + file + ": " + line);
        }
        return line.substring(key.length());
    }
}
