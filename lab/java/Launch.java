import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles the driver against the jars of a shelf, in the names that its generation of the Servlet API has, and runs it. */
class Launch {
    /** What is written for Tomcat 10 and Jetty 9, and is called something else elsewhere. */
    static final Map<String, Map<String, String>> NAMES = Map.of(
        "tomcat9", Map.of("jakarta.", "javax."),
        "jetty9", Map.of("jakarta.", "javax."),
        "jetty12", Map.of(
            "org.eclipse.jetty.webapp.", "org.eclipse.jetty.ee10.webapp.",
            "org.eclipse.jetty.servlet.", "org.eclipse.jetty.ee10.servlet.",
            "org.eclipse.jetty.annotations.", "org.eclipse.jetty.ee10.annotations."));

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
        String other = shelf.startsWith("jetty") ? "TomcatContainer.java" : "JettyContainer.java";
        List<Source> sources = new ArrayList<>();
        try (var files = Files.list(Path.of(args[0]))) {
            for (Path file : files.sorted().toList()) {
                if (file.endsWith(other)) continue;
                String text = Files.readString(file);
                for (var name : NAMES.getOrDefault(shelf, Map.of()).entrySet()) text = text.replace(name.getKey(), name.getValue());
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
        loader.loadClass("lab.Main").getMethod("main", String[].class).invoke(null, (Object) new String[] {shelf, args[2], classes.toString()});
    }

    static void remove(File file) {
        File[] children = file.listFiles();
        if (children != null) for (File child : children) remove(child);
        file.delete();
    }
}
