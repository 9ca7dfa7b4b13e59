package io.titankv.cli.data;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.NounCommand;
import picocli.CommandLine.Command;

@Command(
        name = "data",
        description = "Read and write keys, one by one or many at a time",
        subcommands = {
            DataGetCommand.class,
            DataPutCommand.class,
            DataDeleteCommand.class,
            DataMultiGetCommand.class,
            DataCasCommand.class,
            DataScanCommand.class,
            DataCountCommand.class,
            DataImportCommand.class,
            DataExportCommand.class,
            DataExplainCommand.class,
        })
public final class DataCommand extends NounCommand {
    public DataCommand(Context context) {
        super(context);
    }
}
