package io.titankv.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file's bytes on a {@link SimFileStore}: as programs see them, and as a power loss may leave them. Guarded by its store. */
final class SimInode {
    static final int SECTOR_BYTES = 512;

    /** What programs see. */
    private final Bytes seen;

    /** What is surely on the disk. */
    private final Bytes durable;

    /** Changes since the last force, oldest first: a power loss may keep any part of them. */
    private final List<Change> pending = new ArrayList<>();

    /** How many of the first pending changes a failed force has dropped: no later force makes them durable. */
    private int forsaken;

    private sealed interface Change {
        final class Write implements Change {
            final long offset;
            final byte[] bytes;

            Write(long offset, byte[] bytes) {
                this.offset = offset;
                this.bytes = bytes;
            }
        }

        record Cut(long size) implements Change {}
    }

    SimInode() {
        this(new byte[0]);
    }

    private SimInode(byte[] bytes) {
        seen = new Bytes(bytes);
        durable = new Bytes(bytes);
    }

    long size() {
        return seen.size();
    }

    byte[] bytes() {
        return seen.toArray();
    }

    byte[] durableBytes() {
        return durable.toArray();
    }

    void write(long offset, byte[] bytes) {
        apply(new Change.Write(offset, bytes));
    }

    void truncate(long size) {
        apply(new Change.Cut(size));
    }

    private void apply(Change change) {
        apply(change, seen);
        pending.add(change);
    }

    private static void apply(Change change, Bytes target) {
        switch (change) {
            case Change.Write write -> target.put(write.offset, write.bytes, 0, write.bytes.length);
            case Change.Cut(long size) -> target.cut(size);
        }
    }

    int read(long offset, byte[] target) {
        return seen.get(offset, target);
    }

    void force() {
        for (Change change : pending.subList(forsaken, pending.size())) {
            apply(change, durable);
        }
        pending.subList(forsaken, pending.size()).clear();
    }

    /** Like the page cache of Linux: what could not be written counts as clean from now on, and is read as long as the power stays. */
    void failForce() {
        forsaken = pending.size();
    }

    void flip(long offset, int mask) {
        seen.flip(offset, mask);
        durable.flip(offset, mask);
    }

    /** The file after the power failed: what was forced, and any part of the rest. */
    SimInode afterPowerLoss(Random random) {
        Bytes left = new Bytes(durable.toArray());
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> pending.forEach(change -> apply(change, left));
            case 2 -> keepPrefix(left, random);
            default -> keepSubset(left, random);
        }
        return new SimInode(left.toArray());
    }

    /** The first changes, the last of them up to some sector, or some byte when the tear is a short write. */
    private void keepPrefix(Bytes left, Random random) {
        int whole = random.nextInt(pending.size() + 1);
        pending.subList(0, whole).forEach(change -> apply(change, left));
        if (whole < pending.size() && pending.get(whole) instanceof Change.Write write) {
            int torn = random.nextInt(write.bytes.length + 1);
            if (random.nextBoolean()) {
                long sectorEnd = (write.offset + torn) / SECTOR_BYTES * SECTOR_BYTES;
                torn = (int) Math.max(0, sectorEnd - write.offset);
            }
            left.put(write.offset, write.bytes, 0, torn);
        }
    }

    /** Each sector of each change or not; a file's size may have grown without the bytes, which then are zero. */
    private void keepSubset(Bytes left, Random random) {
        double share = random.nextDouble();
        for (Change change : pending) {
            switch (change) {
                case Change.Cut cut -> {
                    if (random.nextDouble() < share) {
                        apply(cut, left);
                    }
                }
                case Change.Write write -> keepSectors(write, share, left, random);
            }
        }
    }

    private static void keepSectors(Change.Write write, double share, Bytes left, Random random) {
        for (int at = 0; at < write.bytes.length; ) {
            long offset = write.offset + at;
            long sectorEnd = (offset / SECTOR_BYTES + 1) * SECTOR_BYTES;
            int length = (int) Math.min(write.bytes.length - at, sectorEnd - offset);
            if (random.nextDouble() < share) {
                left.put(offset, write.bytes, at, length);
            } else if (random.nextBoolean()) {
                left.grow(offset + length);
            }
            at += length;
        }
    }

    /** Bytes that grow; a hole is zero. */
    private static final class Bytes {
        private byte[] array;
        private int size;

        Bytes(byte[] array) {
            this.array = array.clone();
            size = array.length;
        }

        int size() {
            return size;
        }

        byte[] toArray() {
            return Arrays.copyOf(array, size);
        }

        void grow(long newSize) {
            if (newSize > array.length) {
                array = Arrays.copyOf(array, Math.toIntExact(Math.max(newSize, 2L * array.length)));
            }
            size = Math.max(size, (int) newSize);
        }

        void put(long offset, byte[] source, int from, int length) {
            if (length > 0) {
                grow(offset + length);
                System.arraycopy(source, from, array, (int) offset, length);
            }
        }

        int get(long offset, byte[] target) {
            if (offset >= size) {
                return 0;
            }
            int length = (int) Math.min(target.length, size - offset);
            System.arraycopy(array, (int) offset, target, 0, length);
            return length;
        }

        void cut(long newSize) {
            if (newSize < size) {
                Arrays.fill(array, (int) newSize, size, (byte) 0);
                size = (int) newSize;
            }
        }

        void flip(long offset, int mask) {
            if (offset < size) {
                array[(int) offset] ^= (byte) mask;
            }
        }
    }
}
