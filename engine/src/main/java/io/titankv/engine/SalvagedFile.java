package io.titankv.engine;

import java.util.List;

/**
 * What can be read of a data file that is damaged. Immutable, but for its tables, which are not changed any more.
 *
 * @param fileId the damaged file
 * @param isMissing whether it is not there at all
 * @param good records to keep, where they lie in the damaged file
 * @param lost records known by their keys of which the file does not hold the values, or anything, any more
 * @param graves of the lost ones the tombstones, range drops and metadata deletes: their hint file holds all that they say
 * @param stretches what is bad in the file
 * @param unknownIndexMax no lost record that is unknown has a greater index; -1 when all lost records are known
 * @param applied the last entry of which anything was read, {@link EntryPosition#NONE} when there is none
 */
record SalvagedFile(
        long fileId,
        boolean isMissing,
        HintTable good,
        HintTable lost,
        HintTable graves,
        List<DamageWalk.Stretch> stretches,
        long unknownIndexMax,
        EntryPosition applied) {
    /** No lost record is unknown. */
    static final long NONE_UNKNOWN = -1;

    SalvagedFile {
        stretches = List.copyOf(stretches);
    }

    /** Whether there is anything to write into a new file. */
    boolean hasOutput() {
        return good.count() + graves.count() > 0;
    }
}
