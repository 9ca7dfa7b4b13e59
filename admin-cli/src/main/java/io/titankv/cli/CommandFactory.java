package io.titankv.cli;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.shell.ShellCommand;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands, handing each the context. */
final class CommandFactory implements IFactory {
    private final Context context;
    private final IFactory others = CommandLine.defaultFactory();

    CommandFactory(Context context) {
        this.context = context;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type == ShellCommand.class) {
            return type.cast(new ShellCommand(context, new ShellCommands()));
        }
        if (!TitanCommand.class.isAssignableFrom(type)) {
            return others.create(type);
        }
        try {
            Constructor<K> constructor = type.getDeclaredConstructor(Context.class);
            constructor.setAccessible(true);
            return constructor.newInstance(context);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("cannot make " + type, e.getCause());
        }
    }

    /** The shell runs its lines as the command line itself does. */
    private static final class ShellCommands implements ShellCommand.Commands {
        @Override
        public int run(Context context, String... arguments) {
            return Titan.run(context, arguments);
        }

        @Override
        public CommandLine forCompletion(Context context) {
            return Titan.commandLine(context);
        }
    }
}
