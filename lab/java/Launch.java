import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles the driver against the jars of a shelf, in the names that its generation of the Servlet API has, and runs it. */
class Launch {
    static class Source extends SimpleJavaFileObject {
        final String text;

        Source(Path file, String text) {
            super(URI.create("string:///" + file.getFileName()), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignored) {
            return text;
        }
    }

    public static void main(String[] args) throws Exception {
        String shelf = args[1];
        // tomcat11 → TomcatContainer
        String container = Character.toUpperCase(shelf.charAt(0)) + shelf.substring(1).replaceAll("\\d+$", "") + "Container";
        List<Source> sources = new ArrayList<>();
        try (var files = Files.list(Path.of(args[0]))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.matches("\\w+Container\\.java") && !name.equals(container + ".java")) continue;
                String text = Files.readString(file);
                if (shelf.equals("tomcat9")) text = text.replace("jakarta.", "javax.");
                if (shelf.equals("jetty11")) text = text.replace(".ee10.", ".");
                if (shelf.equals("jetty121")) text = text.replace(".ee10.", ".ee11.");
                sources.add(new Source(file, text));
            }
        }
        Path classes = Files.createTempDirectory("setsecure-lab-java");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(classes.toFile())));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-nowarn", "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", classes.toString());
        if (!compiler.getTask(null, null, null, options, null, sources).call()) System.exit(1);
        URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, Launch.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass("lab.Main").getMethod("main", String[].class).invoke(null, (Object) new String[] {shelf, args[2], classes.toString(), container});
    }

    static void remove(File file) {
        File[] children = file.listFiles();
        if (children != null) for (File child : children) remove(child);
        file.delete();
    }
}
